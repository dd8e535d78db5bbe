import type { ViewProps } from "@/lib/search";

export default function Connections(_: ViewProps) {
  return null;
}
