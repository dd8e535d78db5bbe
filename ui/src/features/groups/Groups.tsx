import type { ViewProps } from "@/lib/search";

export default function Groups(_: ViewProps) {
  return null;
}
