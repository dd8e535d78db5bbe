/** The server's stream of changes; what it says before somebody listens is kept for them. */
import { prefix } from "@/lib/address";

const KINDS = ["hello", "change", "logged-out"] as const;
export type Kind = (typeof KINDS)[number];

/** What was said, and when, in milliseconds of this browser's clock. */
export type Hear = (kind: Kind, text: string, at: number) => void;

export class Stream {
  private readonly source: EventSource;
  private heard: Parameters<Hear>[] = [];
  private hear: Hear = (...said) => void this.heard.push(said);

  constructor(open = (address: string) => new EventSource(address)) {
    this.source = open(`${prefix()}/api/tradewind/ui/changes`);
    for (const kind of KINDS) {
      this.source.addEventListener(kind, (event: MessageEvent<string>) => this.hear(kind, event.data, performance.timeOrigin + event.timeStamp));
    }
  }

  listen(hear: Hear, lost: () => void): void {
    this.hear = hear;
    this.source.onerror = lost;
    for (const said of this.heard.splice(0)) hear(...said);
  }

  close(): void {
    this.source.close();
  }
}

let early: Stream | undefined;

/** Opens the stream before anything is asked: what is read later needs not be read again. */
export function openEarly(): void {
  early = new Stream();
}

/** The one that was opened early, once; then a new one. */
export function stream(): Stream {
  const found = early ?? new Stream();
  early = undefined;
  return found;
}
