import type { ViewProps } from "@/lib/search";

export default function Plugins(_: ViewProps) {
  return null;
}
