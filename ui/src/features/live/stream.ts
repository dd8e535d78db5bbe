/** The server's stream of changes; what it says before somebody listens is kept for them. */
import { prefix } from "@/lib/address";
import { onShown } from "@/lib/shown";

const KINDS = ["hello", "change", "logged-out"] as const;
export type Kind = (typeof KINDS)[number];

/** What was said, and when, in milliseconds of this browser's clock. */
export type Hear = (kind: Kind, text: string, at: number) => void;

/** The stream broke off. Refused: the server answered something else, for the first time since it was last heard. */
export type Lost = (refused: boolean) => void;

const [FIRST, LONGEST] = [2000, 30_000];

/**
 * One connection, which is taken up again whenever it is lost.
 *
 * While the page is hidden there is none: a browser has but six for one server, and many tabs.
 */
export class Stream {
  private source: EventSource | undefined;
  private heard: Parameters<Hear>[] = [];
  private hear: Hear = (...said) => void this.heard.push(said);
  private broken: boolean | undefined;
  private lost: Lost = (refused) => void (this.broken = refused);
  private again: ReturnType<typeof setTimeout> | undefined;
  private refusals = 0;
  private readonly forget: () => void;

  constructor(private readonly connect = (address: string) => new EventSource(address)) {
    this.open();
    this.forget = onShown((shown) => (shown ? this.open() : this.stop()));
  }

  listen(hear: Hear, lost: Lost): void {
    this.hear = hear;
    this.lost = lost;
    for (const said of this.heard.splice(0)) hear(...said);
    if (this.broken !== undefined) lost(this.broken);
  }

  close(): void {
    this.forget();
    this.stop();
  }

  private open(): void {
    const source = this.connect(`${prefix()}/api/tradewind/ui/changes`);
    this.source = source;
    for (const kind of KINDS) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.refusals = 0;
        this.broken = undefined;
        this.hear(kind, event.data, performance.timeOrigin + event.timeStamp);
      });
    }
    source.onerror = () => this.failed(source);
  }

  /** After a lost connection the browser tries again by itself, but not after an answer that is no stream. */
  private failed(source: EventSource): void {
    const refused = source.readyState === EventSource.CLOSED;
    this.lost(refused && this.refusals === 0);
    if (!refused) return;
    const pause = Math.min(LONGEST, FIRST * 2 ** this.refusals) * (0.75 + Math.random() / 2);
    this.refusals += 1;
    this.again = setTimeout(() => this.open(), pause);
  }

  private stop(): void {
    clearTimeout(this.again);
    this.source?.close();
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
