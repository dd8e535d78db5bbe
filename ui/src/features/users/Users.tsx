import type { ViewProps } from "@/lib/search";

export default function Users(_: ViewProps) {
  return null;
}
