import type { ViewProps } from "@/lib/search";

export default function Webhooks(_: ViewProps) {
  return null;
}
