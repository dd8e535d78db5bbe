import { describe, expect, it } from "vitest";

import { CellStore, type GridRun, portions } from "./cells";

const run = (run_id: string, row_version: number) => ({ run_id, row_version }) as GridRun;
const column = (run_id: string, row_version: number, ...states: ("success" | "running" | null)[]) => ({
  run_id,
  row_version,
  state: "running" as const,
  tasks: states.map((state) => state && { state, counts: {}, mapped: false, try_number: 1 }),
  groups: [],
});

describe("the store of cells", () => {
  it("asks for what is not known, and for nothing twice", () => {
    const store = new CellStore();
    const runs = [run("r1", 3), run("r2", 1)];
    expect(store.lacking(runs, ["a"])).toEqual(runs);
    store.put({ dag_id: "d", runs: [column("r1", 3, "success"), column("r2", 1, null)] }, ["a"], []);
    expect(store.lacking(runs, ["a"])).toEqual([]);
    expect(store.lacking(runs, ["a", "b"])).toEqual(runs);
    expect(store.get("r1", "a")?.state).toBe("success");
    expect(store.get("r2", "a")).toBeNull();
    expect(store.get("r2", "b")).toBeUndefined();
  });

  it("asks again for a run that changed, and shows the old cell until then", () => {
    const store = new CellStore();
    store.put({ dag_id: "d", runs: [column("r1", 3, "running")] }, ["a"], []);
    const changed = run("r1", 4);
    expect(store.lacking([changed], ["a"])).toEqual([changed]);
    expect(store.get("r1", "a")?.state).toBe("running");
    store.put({ dag_id: "d", runs: [column("r1", 4, "success")] }, ["a"], []);
    expect(store.lacking([changed], ["a"])).toEqual([]);
    expect(store.get("r1", "a")?.state).toBe("success");
    expect(store.turn).toBe(2);
  });
});

describe("portions", () => {
  const columns = Array.from({ length: 50 }, (_, place) => place);

  it("ask for all at once where there is little to count", () => {
    expect(portions(columns, 50)).toEqual([columns]);
  });

  it("begin with the newest runs where a column is long", () => {
    const found = portions(columns, 5_000);
    expect(found[0]).toEqual([44, 45, 46, 47, 48, 49]);
    expect(found.at(-1)).toEqual([0, 1]);
    expect(found.flat().sort((a, b) => a - b)).toEqual(columns);
  });

  it("are one column each where that alone is more than enough", () => {
    expect(portions(columns, 100_000)).toHaveLength(50);
    expect(portions([], 10)).toEqual([]);
  });
});
