/** Fetches a log and holds it, off the thread that draws. */
import { follow } from "./follow";
import type { FromWorker, ToWorker } from "./protocol";
import { LogStore } from "./store";

/** A log up to here is loaded whole; of a longer one its beginning and its end, the rest when asked for. */
const WHOLE = 24e6;
const HEAD = 2e6;
const TAIL = 6e6;
const MOST = 400e6;
const PIECE = 4e6;
const TELL_EVERY = 120;

const store = new LogStore();
let url = "";
let size = 0;
let loading = true;
let over = false;
let lost = false;
let following = false;
let version = 0;
let gapFrom = 0;
let gapTo = 0;
let filling = false;
let telling: ReturnType<typeof setTimeout> | undefined;

function say(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

function tell(): void {
  clearTimeout(telling);
  telling = undefined;
  version += 1;
  const summary = store.summary();
  say({ kind: "loaded", loaded: { ...summary, version, size, loading, over, lost } }, summary.above ? [summary.above.buffer as ArrayBuffer] : []);
}

/** Soon; what comes meanwhile is told with it. */
function tellSoon(): void {
  telling ??= setTimeout(tell, TELL_EVERY);
}

async function ask(query: Record<string, string | number | boolean>, signal?: AbortSignal): Promise<Response> {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, String(value));
  const answer = await fetch(asked, signal ? { signal } : undefined);
  if (!answer.ok) throw new Error(await problem(answer));
  size = Math.max(size, Number(answer.headers.get("log-size")));
  return answer;
}

async function problem(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const detail = (body as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : `HTTP ${answer.status}`;
}

/** Gives whole lines of an answer to the store, and tells their bytes, as they come; the bytes there were. */
async function take(answer: Response, into: "end" | "gap" = "end", took?: (bytes: number) => void): Promise<number> {
  const reader = answer.body?.getReader();
  if (!reader) return 0;
  let rest = new Uint8Array(0);
  let taken = 0;
  for (;;) {
    const { done, value } = await reader.read();
    const bytes = value ? joined(rest, value) : rest;
    const end = done ? bytes.length : bytes.lastIndexOf(10) + 1;
    if (end > 0) {
      store.append(bytes.slice(0, end), into);
      taken += end;
      took?.(end);
      size = Math.max(size, taken);
      tellSoon();
    }
    rest = bytes.slice(end);
    if (done) return taken;
  }
}

function joined(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Everything, or head and tail; then what is still written. */
async function open(live: boolean): Promise<void> {
  const first = await ask({ end: HEAD });
  over = first.headers.get("log-over") === "1";
  let at = await take(first);
  tell();
  if (size > WHOLE) {
    const last = await ask({ start: -TAIL });
    const from = Number(last.headers.get("log-start"));
    [gapFrom, gapTo] = [at, from];
    store.leaveOut(from - at);
    at = from + (await take(last));
  } else {
    at += await take(await ask({ start: at }));
  }
  loading = following = live && !over;
  tell();
  if (!following) return;
  await follow(at, { read, shown, isHidden: () => hidden !== null, lost: sayLost, pause });
  over = true;
  loading = following = lost = false;
  tell();
}

/** What to call when the page shows again; null while it does. */
let hidden: (() => void)[] | null = null;
let stopping = new AbortController();

const shown = () => new Promise<void>((go) => (hidden ? hidden.push(go) : go()));
const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

async function read(from: number, following: boolean, took: (bytes: number) => void): Promise<boolean> {
  const answer = await ask(following ? { start: from, follow: true } : { start: from }, stopping.signal);
  if (following) sayLost(false);
  await take(answer, "end", took);
  return answer.headers.get("log-over") === "1";
}

function sayLost(is: boolean): void {
  if (lost === is) return;
  lost = is;
  tell();
}

/** While the page is hidden nothing is followed: what follows holds a connection, of which a browser has few. */
function show(on: boolean): void {
  if (on === (hidden === null)) return;
  if (!on) {
    hidden = [];
    stopping.abort();
    return;
  }
  const waiting = hidden ?? [];
  hidden = null;
  stopping = new AbortController();
  for (const go of waiting) go();
}

/** Loads what was left out. */
async function fill(): Promise<void> {
  if (filling) return;
  filling = loading = true;
  while (gapFrom < gapTo && gapFrom < MOST) {
    const taken = await take(await ask({ start: gapFrom, end: Math.min(gapTo, gapFrom + PIECE) }), "gap");
    if (taken === 0) break;
    gapFrom += taken;
  }
  if (gapFrom >= gapTo) store.closeGap();
  filling = false;
  loading = following;
  tell();
}

function failed(error: unknown): void {
  loading = false;
  say({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

function place(what: Extract<ToWorker, { kind: "find" }>["what"]): number {
  if (what === "error") return store.placeOfError();
  return "match" in what ? store.placeOfMatch(what.match) : store.reveal(what.row);
}

addEventListener("message", ({ data: message }: MessageEvent<ToWorker>) => {
  switch (message.kind) {
    case "open":
      ({ url } = message);
      open(message.live).catch(failed);
      break;
    case "show":
      show(message.on);
      break;
    case "choose":
      store.choose(message.choice);
      tell();
      break;
    case "toggle":
      store.toggle(message.group);
      tell();
      break;
    case "rows":
      say({ kind: "rows", from: message.from, version: message.version, rows: store.rows(message.from, message.to) });
      break;
    case "find": {
      const found = place(message.what);
      tell();
      say({ kind: "found", ask: message.ask, place: found });
      break;
    }
    case "fill":
      fill().catch(failed);
  }
});
