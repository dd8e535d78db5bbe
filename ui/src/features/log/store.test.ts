import { describe, expect, it } from "vitest";

import { parts } from "./ansi";
import { columns, parseLine } from "./lines";
import { type Choice, LogStore } from "./store";

const ALL: Choice = { levels: null, sources: null, query: "", width: null };
const ESC = "\u001b";

function line(event: string, more: Record<string, unknown> = {}): string {
  return `${JSON.stringify({ timestamp: "2026-01-01T00:00:00Z", level: "info", event, logger: "task", ...more })}\n`;
}

function stored(...lines: string[]): LogStore {
  const store = new LogStore();
  store.append(new TextEncoder().encode(lines.join("")));
  return store;
}

const texts = (store: LogStore) => store.rows(0, 1000).map((row) => row.text);

describe("a line", () => {
  it("is read with what else it says", () => {
    expect(parseLine(line("ready", { level: "WARN", port: 80, pid: 7 }).trim())).toEqual({
      time: "2026-01-01T00:00:00Z",
      level: "warning",
      source: "task",
      texts: ["ready port=80"],
    });
  });

  it("stands as it is where it is no JSON", () => {
    expect(parseLine('{"torn')).toEqual({ time: "", level: "none", source: "", texts: ['{"torn'] });
  });

  it("is as wide as it is seen", () => {
    expect(columns(`${ESC}[32mok${ESC}[0m 好`)).toBe(5);
  });
});

describe("a log", () => {
  it("shows exceptions line by line", () => {
    const store = stored(line("failed", { level: "error", exception: "Traceback\n  here" }));
    expect(store.rows(0, 9).map((row) => [row.text, row.later])).toEqual([["failed", false], ["Traceback", true], ["  here", true]]);
    expect(store.summary().errors).toBe(1);
  });

  it("is narrowed by level and source", () => {
    const store = stored(line("a"), line("b", { level: "error" }), line("c", { logger: "mine" }));
    store.choose({ ...ALL, levels: ["error"] });
    expect(texts(store)).toEqual(["b"]);
    store.choose({ ...ALL, sources: ["mine"] });
    expect(texts(store)).toEqual(["c"]);
  });

  it("folds groups that have ended, and opens them", () => {
    const store = stored(line("::group::One"), line("inside"), line("::endgroup::"), line("::group::Two"), line("still at it"));
    expect(texts(store)).toEqual(["One", "Two", "still at it"]);
    store.toggle(store.rows(0, 1)[0]?.group?.id ?? -1);
    expect(texts(store)).toEqual(["One", "inside", "Two", "still at it"]);
    expect(store.rows(1, 2)[0]?.depth).toBe(1);
  });

  it("finds words wherever they stand, and opens what hides them", () => {
    const store = stored(line("Needle"), line("::group::G"), line('a "needle"'), line("::endgroup::"));
    store.choose({ ...ALL, query: "needle" });
    expect(store.summary().matches).toBe(2);
    expect([store.placeOfMatch(0), store.placeOfMatch(1), store.placeOfMatch(2)]).toEqual([0, 2, -1]);
    store.choose({ ...ALL, query: '"needle"' });
    expect(store.summary().matches).toBe(1);
  });

  it("leads to the first error", () => {
    const store = stored(line("::group::G"), line("fine"), line("bad", { level: "critical" }), line("::endgroup::"));
    expect(store.rows(store.placeOfError(), 9)[0]?.text).toBe("bad");
  });

  it("says what is missing, until it has come", () => {
    const encode = (text: string) => new TextEncoder().encode(text);
    const store = stored(line("head"));
    store.leaveOut(encode(line("mid")).length);
    store.append(encode(line("tail")));
    expect(store.rows(0, 9).map((row) => row.gap ?? row.text)).toEqual(["head", encode(line("mid")).length, "tail"]);
    store.append(encode(line("mid")), "gap");
    expect(texts(store)).toEqual(["head", "mid", "tail"]);
    expect(store.summary().gap).toBe(0);
  });

  it("knows how high its lines are when they are broken", () => {
    const store = stored(line("x".repeat(25)), line("y"));
    store.choose({ ...ALL, width: 10 });
    expect([...(store.summary().above ?? [])]).toEqual([0, 3, 4]);
  });
});

describe("the parts of a line", () => {
  it("have the colours of terminals", () => {
    expect(parts(`a ${ESC}[31;1mred${ESC}[0m`, "").map(({ text, fg, bold }) => [text, fg, bold])).toEqual([["a ", null, false], ["red", "red", true]]);
  });

  it("are links for http and https only", () => {
    const found = parts("see https://example.org/a?b=1, javascript:alert(1) data:text/html,x", "").filter((part) => part.href);
    expect(found.map((part) => part.href)).toEqual(["https://example.org/a?b=1"]);
  });

  it("show what was searched for, in links too", () => {
    expect(parts("go to http://find.me now", "FIND").filter((part) => part.hit)).toMatchObject([{ text: "find", href: "http://find.me" }]);
  });

  it("leave hostile text as text", () => {
    expect(parts("<img src=x onerror=alert(1)>", "")).toMatchObject([{ text: "<img src=x onerror=alert(1)>", href: null }]);
  });
});
