import { describe, expect, it } from "vitest";

import { foldsAll, type GridNode, rowsOf, toggled } from "./rows";

const task = (id: string): GridNode => ({ id, label: id.split(".").at(-1) ?? id, type: "task" });
const NODES: GridNode[] = [
  task("start"),
  { id: "g", label: "g", type: "group", tasks: 3, children: [task("g.load"), { id: "g.in", label: "in", type: "group", tasks: 2, children: [task("g.in.load"), task("g.in.save")] }] },
];
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

describe("rows of the grid", () => {
  it("are all tasks and groups where there are few", () => {
    const rows = rowsOf(NODES, {}, 4);
    expect(ids(rows)).toEqual(["start", "g", "g.load", "g.in", "g.in.load", "g.in.save"]);
    expect(rows.map(({ depth }) => depth)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("are folded where there are many, but for groups that somebody unfolded", () => {
    expect(ids(rowsOf(NODES, {}, 5000))).toEqual(["start", "g"]);
    expect(ids(rowsOf(NODES, { groups: ["g"] }, 5000))).toEqual(["start", "g", "g.load", "g.in"]);
    expect(ids(rowsOf(NODES, { fold: "none" }, 5000))).toHaveLength(6);
    expect(ids(rowsOf(NODES, { fold: "none", groups: ["g.in"] }, 5000))).toEqual(["start", "g", "g.load", "g.in"]);
    expect(foldsAll({}, 300)).toBe(false);
    expect(foldsAll({}, 301)).toBe(true);
  });

  it("show what fits a search, with what it lies in, also in folded groups", () => {
    const rows = rowsOf(NODES, { fold: "all" }, 4, " SAVE ");
    expect(ids(rows)).toEqual(["g", "g.in", "g.in.save"]);
    expect(rows.map(({ open }) => open)).toEqual([true, true, false]);
    expect(rowsOf(NODES, {}, 4, "nothing")).toEqual([]);
  });

  it("fold and unfold one group at a time", () => {
    expect(toggled({ fold: "all" }, "g")).toEqual({ fold: "all", groups: ["g"] });
    expect(toggled({ fold: "all", groups: ["g", "h"] }, "g")).toEqual({ fold: "all", groups: ["h"] });
    expect(toggled({ groups: ["g"] }, "g").groups).toBeUndefined();
  });
});
