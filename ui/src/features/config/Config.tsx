import type { ViewProps } from "@/lib/search";

export default function Config(_: ViewProps) {
  return null;
}
