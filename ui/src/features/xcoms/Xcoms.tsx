import type { ViewProps } from "@/lib/search";

export default function Xcoms(_: ViewProps) {
  return null;
}
