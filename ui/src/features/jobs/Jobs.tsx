import type { ViewProps } from "@/lib/search";

export default function Jobs(_: ViewProps) {
  return null;
}
