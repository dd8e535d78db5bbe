import { describe, expect, it } from "vitest";

import { type GridRun } from "./cells";
import { legibleOn, short } from "./draw";
import { dayMarks, longestOf, versionMarks } from "./Heads";
import { gridSearch } from "./search";

const runs = (...some: Partial<GridRun>[]) => some as GridRun[];

describe("heads of runs", () => {
  it("mark days, where there is room", () => {
    const hours = Array.from({ length: 30 }, (_, hour) => ({ run_after: new Date(Date.UTC(2026, 2, 1, 10 + hour)).toISOString() }));
    const marks = dayMarks(runs(...hours), "UTC");
    expect(marks.get(0)).toBe("03-01");
    expect(marks.get(8)).toBe("18:00");
    expect(marks.get(14)).toBe("03-02");
    const places = [...marks.keys()];
    expect(Math.min(...places.slice(1).map((place, at) => place - (places[at] ?? 0)))).toBeGreaterThanOrEqual(4);
  });

  it("mark where the version changed, also in the viewer's order", () => {
    const versions = [1, 1, null, 2, 2, 3].map((version_number) => ({ version_number }));
    expect(versionMarks(runs(...versions))).toEqual([{ column: 5, version: 3 }]);
    expect(versionMarks(runs({ version_number: 1 }, { version_number: 2 }))).toEqual([{ column: 1, version: 2 }]);
  });

  it("know the longest run", () => {
    expect(longestOf(runs({ duration: 3 }, { duration: null }, { duration: 7 }))).toBe(7);
    expect(longestOf([])).toBeGreaterThan(0);
  });
});

describe("cells", () => {
  it("have legible signs on every colour", () => {
    expect(legibleOn("#d63a45")).toBe("#ffffff");
    expect(legibleOn("#f0b331")).not.toBe("#ffffff");
  });

  it("have short counts", () => {
    expect([7, 999, 1000, 10_400].map(short)).toEqual(["7", "999", "1k", "10k"]);
  });
});

describe("the address of the grid", () => {
  it("is read as far as it means something", () => {
    const all = { q: 12, runs: 100, type: "manual", state: "failed", before: "r1", fold: "all", groups: ["a", "b"] };
    expect(gridSearch(all)).toEqual({ ...all, q: "12" });
    const nonsense = gridSearch({ runs: -1, type: "x", state: {}, fold: 3, groups: [null], q: "" });
    expect(Object.values(nonsense).filter((value) => value !== undefined)).toEqual([]);
    expect(gridSearch({ runs: 9999 }).runs).toBe(200);
  });
});
