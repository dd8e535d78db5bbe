import type { ViewProps } from "@/lib/search";

export default function Pools(_: ViewProps) {
  return null;
}
