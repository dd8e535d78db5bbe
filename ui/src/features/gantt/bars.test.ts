import { describe, expect, it } from "vitest";

import { bars, barsOfTries, type Item, rows, span, ticks } from "./bars";

const at = (second: number) => new Date(second * 1000).toISOString();

describe("bars", () => {
  it("part waiting, queued and running", () => {
    const found = bars({ state: "success", scheduled_when: at(1), queued_when: at(4), start_date: at(5), end_date: at(9) }, 0);
    expect(found.map(({ kind, from, to }) => [kind, from / 1000, to / 1000])).toEqual([["waiting", 1, 4], ["queued", 4, 5], ["running", 5, 9]]);
  });

  it("last until now while it goes on", () => {
    expect(bars({ state: "running", start_date: at(5) }, 20_000).map(({ to }) => to)).toEqual([20_000]);
    expect(bars({ state: "queued", scheduled_when: at(1), queued_when: at(2) }, 20_000).map(({ kind, to }) => [kind, to / 1000])).toEqual([["waiting", 2], ["queued", 20]]);
  });

  it("do not grow for what never ran", () => {
    expect(bars({ state: "skipped", scheduled_when: at(1) }, 20_000)).toEqual([{ kind: "waiting", state: "skipped", from: 1000, to: 1000 }]);
    expect(bars({ state: null }, 20_000)).toEqual([]);
  });
});

describe("tries", () => {
  const first = { state: "up_for_retry", scheduled_when: at(1), queued_when: at(1), start_date: at(2), end_date: at(4) };
  const shown = (found: ReturnType<typeof bars>) => found.filter(({ from, to }) => to > from).map(({ kind, state, from, to }) => [kind, state, from / 1000, to / 1000]);

  it("that are repeated have failed, and the task waits", () => {
    expect(shown(bars(first, 20_000))).toEqual([["queued", "up_for_retry", 1, 2], ["running", "failed", 2, 4], ["waiting", "up_for_retry", 4, 20]]);
  });

  it("last until the next one begins", () => {
    const second = { state: "running", scheduled_when: at(9), queued_when: at(9), start_date: at(10) };
    expect(shown(barsOfTries([first, second], 20_000)).slice(1)).toEqual([
      ["running", "failed", 2, 4],
      ["waiting", "up_for_retry", 4, 9],
      ["queued", "running", 9, 10],
      ["running", "running", 10, 20],
    ]);
    expect(shown(barsOfTries([{ ...first, state: "failed" }, second], 20_000))[1]).toEqual(["running", "failed", 2, 4]);
  });
});

describe("the axis", () => {
  it("reaches from the first to the last moment", () => {
    expect(span([bars({ state: "success", start_date: at(3), end_date: at(9) }, 0), bars({ state: "success", start_date: at(1), end_date: at(2) }, 0)], 0)).toEqual({ from: 1000, to: 9000 });
    expect(span([], 5000)).toEqual({ from: 4000, to: 5000 });
  });

  it("has round marks, never too close", () => {
    expect(ticks(500, 10_500, 500)).toEqual([2000, 4000, 6000, 8000, 10_000]);
    expect(ticks(0, 3_600_000, 1000).map((moment) => moment / 60_000)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(ticks(0, 1000, 0)).toEqual([]);
  });
});

describe("rows", () => {
  const items: Item[] = [{ id: "g", label: "g", type: "group", children: [{ id: "g.a", label: "a", type: "task" }] }, { id: "b", label: "b", type: "task" }];
  it("leave out what is folded", () => {
    expect(rows(items, new Set()).map(({ id, depth }) => [id, depth])).toEqual([["g", 0], ["g.a", 1], ["b", 0]]);
    expect(rows(items, new Set(["g"])).map(({ id, tasks }) => [id, tasks])).toEqual([["g", ["g.a"]], ["b", ["b"]]]);
  });
});
