import type { ViewProps } from "@/lib/search";

export default function Roles(_: ViewProps) {
  return null;
}
