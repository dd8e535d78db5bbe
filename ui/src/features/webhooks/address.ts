import { prefix } from "@/lib/address";

/** Where the other system posts to. */
export function addressOf(name: string): string {
  return `${location.origin}${prefix()}/api/v2/webhooks/${encodeURIComponent(name)}`;
}
