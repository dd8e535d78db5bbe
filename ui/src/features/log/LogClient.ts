/** The page's side of the worker that holds a log. It starts with the first who listens, and ends with the last. */
import type { FromWorker, Loaded, ToWorker } from "./protocol";
import type { Choice, Row } from "./store";

const PAGE = 200;
const MOST_PAGES = 30;

/** What a worker can do, so that a test can be one. */
export interface Port {
  postMessage: (message: ToWorker) => void;
  terminate: () => void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
}

export interface LogState {
  loaded: Loaded | null;
  error: string | null;
  /** Raised when rows have come. */
  rows: number;
}

export class LogClient {
  private state: LogState = { loaded: null, error: null, rows: 0 };
  private readonly listeners = new Set<() => void>();
  private port: Port | undefined;
  private choice: Choice | undefined;
  private pages = new Map<number, { version: number; asked: number; rows: readonly Row[] }>();
  private asks = 0;
  private readonly finding = new Map<number, (place: number) => void>();

  constructor(
    private readonly url: string,
    private readonly start: () => Port,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.port) this.begin();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.port?.terminate();
      this.port = undefined;
      this.pages.clear();
      this.state = { loaded: null, error: null, rows: 0 };
    };
  };

  readonly snapshot = (): LogState => this.state;

  choose(choice: Choice): void {
    this.choice = choice;
    this.port?.postMessage({ kind: "choose", choice });
  }

  toggle(group: number): void {
    this.port?.postMessage({ kind: "toggle", group });
  }

  /** The page shows, or is hidden. */
  show(on: boolean): void {
    this.port?.postMessage({ kind: "show", on });
  }

  fill(): void {
    this.port?.postMessage({ kind: "fill" });
  }

  /** Where in the view it stands, once that is known; -1 for nowhere. */
  find(what: Extract<ToWorker, { kind: "find" }>["what"]): Promise<number> {
    this.asks += 1;
    const ask = this.asks;
    return new Promise((resolve) => {
      this.finding.set(ask, resolve);
      this.port?.postMessage({ kind: "find", what, ask });
    });
  }

  /** The row at that place in the view, where it is here. */
  row(place: number): Row | undefined {
    return this.pages.get(Math.floor(place / PAGE))?.rows[place % PAGE];
  }

  /** Has the rows from one place to another brought. */
  need(from: number, to: number): void {
    const version = this.state.loaded?.version;
    if (version === undefined) return;
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page += 1) {
      const known = this.pages.get(page);
      if (known?.asked === version) continue;
      this.pages.set(page, { version: known?.version ?? 0, rows: known?.rows ?? [], asked: version });
      this.port?.postMessage({ kind: "rows", from: page * PAGE, to: (page + 1) * PAGE, version });
    }
    if (this.pages.size > MOST_PAGES) this.forget(Math.floor(from / PAGE));
  }

  private forget(near: number): void {
    for (const page of this.pages.keys()) if (Math.abs(page - near) > MOST_PAGES / 3) this.pages.delete(page);
  }

  private begin(): void {
    const port = this.start();
    port.onmessage = ({ data }) => this.hear(data);
    this.port = port;
    if (this.choice) port.postMessage({ kind: "choose", choice: this.choice });
    port.postMessage({ kind: "open", url: this.url, live: true });
  }

  private hear(message: FromWorker): void {
    switch (message.kind) {
      case "loaded":
        this.change({ loaded: message.loaded });
        break;
      case "failed":
        this.change({ error: message.message });
        break;
      case "rows": {
        const page = message.from / PAGE;
        const known = this.pages.get(page);
        if (known && known.version <= message.version) {
          this.pages.set(page, { ...known, version: message.version, rows: message.rows });
          this.change({ rows: this.state.rows + 1 });
        }
        break;
      }
      case "found":
        this.finding.get(message.ask)?.(message.place);
        this.finding.delete(message.ask);
    }
  }

  private change(some: Partial<LogState>): void {
    this.state = { ...this.state, ...some };
    for (const listener of this.listeners) listener();
  }
}
