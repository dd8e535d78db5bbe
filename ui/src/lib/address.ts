/** Where the app lives: below a path prefix that the server writes into the page. */

export function prefix(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="tradewind-prefix"]')?.content ?? "";
}

/** An address that somebody wrote in a file, where it is one that a person may follow: http, https or mail. */
export function safeLink(address: string | null | undefined): string | undefined {
  try {
    const url = new URL(address ?? "");
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
