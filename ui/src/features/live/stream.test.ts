import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Stream } from "./stream";

const CLOSED = 2;

/** A connection, as the browser has it. */
class Source extends EventTarget {
  readyState = 1;
  onerror: (() => void) | null = null;

  close(): void {
    this.readyState = CLOSED;
  }

  say(kind: string, data = "{}"): void {
    this.dispatchEvent(new MessageEvent(kind, { data }));
  }

  refuse(): void {
    this.readyState = CLOSED;
    this.onerror?.();
  }
}

let sources: Source[];
let stream: Stream;

function last(): Source {
  const source = sources.at(-1);
  if (!source) throw new Error("nothing was opened");
  return source;
}

function turn(state: "hidden" | "visible"): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED });
  sources = [];
  stream = new Stream(() => {
    sources.push(new Source());
    return last() as unknown as EventSource;
  });
});

afterEach(() => {
  stream.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the stream of changes", () => {
  it("keeps what was said before somebody listens, and tells the rest at once", () => {
    const heard: string[] = [];
    last().say("hello");
    last().say("change", "one");
    stream.listen((kind, text) => heard.push(`${kind} ${text}`), () => heard.push("lost"));
    last().say("change", "two");
    last().onerror?.();
    expect(heard).toEqual(["hello {}", "change one", "change two", "lost"]);
    vi.advanceTimersByTime(120_000);
    expect(sources).toHaveLength(1); // the browser tries again by itself
  });

  it("is opened again after an answer that was none, ever more rarely, and says once that it was refused", () => {
    const lost: boolean[] = [];
    last().refuse();
    stream.listen(() => undefined, (refused) => lost.push(refused));
    vi.advanceTimersByTime(1400);
    expect(sources).toHaveLength(1);
    vi.advanceTimersByTime(1200);
    expect(sources).toHaveLength(2);
    for (let refusals = 0; refusals < 9; refusals += 1) {
      last().refuse();
      vi.advanceTimersByTime(37_500);
    }
    expect(sources).toHaveLength(11);
    expect(lost.filter(Boolean)).toHaveLength(1);
    last().say("hello");
    last().refuse();
    expect(lost.filter(Boolean)).toHaveLength(2);
    vi.advanceTimersByTime(2600);
    expect(sources).toHaveLength(12);
  });

  it("is closed while the page is hidden for long, and opened when it shows again", () => {
    turn("hidden");
    vi.advanceTimersByTime(10_000);
    turn("visible");
    vi.advanceTimersByTime(60_000);
    expect([sources.length, last().readyState]).toEqual([1, 1]);
    turn("hidden");
    vi.advanceTimersByTime(21_000);
    expect(last().readyState).toBe(CLOSED);
    turn("visible");
    expect([sources.length, last().readyState]).toEqual([2, 1]);
    last().refuse();
    turn("hidden");
    vi.advanceTimersByTime(60_000);
    const opened = sources.length;
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(opened); // hidden, it is not tried again either
  });

  it("stays closed when it was closed", () => {
    last().refuse();
    stream.close();
    turn("hidden");
    turn("visible");
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(1);
  });
});
