import type { ViewProps } from "@/lib/search";

export default function Providers(_: ViewProps) {
  return null;
}
