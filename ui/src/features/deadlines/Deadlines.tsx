import type { ViewProps } from "@/lib/search";

export default function Deadlines(_: ViewProps) {
  return null;
}
