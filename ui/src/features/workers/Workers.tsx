import type { ViewProps } from "@/lib/search";

export default function Workers(_: ViewProps) {
  return null;
}
