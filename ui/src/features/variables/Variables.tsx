import type { ViewProps } from "@/lib/search";

export default function Variables(_: ViewProps) {
  return null;
}
