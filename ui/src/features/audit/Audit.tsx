import type { ViewProps } from "@/lib/search";

export default function Audit(_: ViewProps) {
  return null;
}
