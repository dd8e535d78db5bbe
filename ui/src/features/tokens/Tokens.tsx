import type { ViewProps } from "@/lib/search";

export default function Tokens(_: ViewProps) {
  return null;
}
