import { describe, expect, it } from "vitest";

import { criticalPath } from "./critical";
import { around, drawn, drawnEdges, type Edge, type Item, outer, paths, within } from "./structure";

const task = (id: string): Item => ({ id, label: id, type: "task" });
const group = (id: string, ...children: Item[]): Item => ({ id, label: id, type: "group", children });
const items = [task("start"), group("g", task("g.a"), group("g.h", task("g.h.b"))), task("end")];
const edges: Edge[] = [
  { source: "start", target: "g.a" },
  { source: "g.a", target: "g.h.b", label: "then" },
  { source: "g.h.b", target: "end" },
];
const ways = paths(items);
const shown = (folded: string[], only: Set<string> | null = null) => drawn(items, new Set(folded), only);
const by = (nodes: ReturnType<typeof drawn>) => new Map(nodes.map((node) => [node.id, node]));
const ids = (folded: string[]) => drawnEdges(edges, by(shown(folded)), ways).map(({ id }) => id);

describe("what of a DAG is drawn", () => {
  it("has what is in open groups, with the group that holds it", () => {
    expect(shown([]).map(({ id, parent, depth }) => [id, parent, depth])).toEqual([
      ["start", null, 0], ["g", null, 0], ["g.a", "g", 1], ["g.h", "g", 1], ["g.h.b", "g.h", 2], ["end", null, 0],
    ]);
  });

  it("has nothing of what is in a folded group", () => {
    expect(shown(["g"]).map(({ id }) => id)).toEqual(["start", "g", "end"]);
    expect(ids(["g"])).toEqual(["start → g", "g → end"]);
    expect(ids(["g.h"])).toEqual(["start → g.a", "g.a → g.h", "g.h → end"]);
  });

  it("draws one edge where groups follow each other as a whole", () => {
    const all: Edge[] = [...edges, { source: "g", target: "end", group: true, label: "all" }];
    const found = drawnEdges(all, by(shown([])), ways);
    expect(found.filter(({ target }) => target === "end").map(({ id, kind, label, pairs }) => [id, kind, label, pairs])).toEqual([
      ["g → end", "group", "all", [["g.h.b", "end"]]],
    ]);
  });

  it("leaves out what is not asked for", () => {
    const only = around(edges, "g.a", "down", 1);
    expect([...only]).toEqual(["g.a", "g.h.b"]);
    expect(shown([], only).map(({ id }) => id)).toEqual(["g", "g.a", "g.h", "g.h.b"]);
    expect(within(edges, only).map(({ source }) => source)).toEqual(["g.a"]);
    expect([...around(edges, "g.h.b", "both", 9)].sort()).toEqual(["end", "g.a", "g.h.b", "start"]);
  });

  it("has other DAGs and assets before and after", () => {
    const { nodes, edges: found } = outer(
      [{ kind: "schedule", asset: "in" }, { kind: "triggers", task_id: "g.a", dag_id: "next" }, { kind: "waits_for", task_id: "g.a", dag_id: "next" }],
      by(shown(["g"])),
      ways,
      ["start"],
    );
    expect(nodes.map(({ id }) => id)).toEqual(["before:asset:in", "after:dag:next", "before:dag:next"]);
    expect(found.map(({ id }) => id)).toEqual(["before:asset:in → start", "g → after:dag:next", "before:dag:next → g"]);
  });
});

describe("the critical path", () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const ran = (task_id: string, from: number, to: number) => ({ task_id, start_date: at(from), end_date: at(to) });

  it("goes back from what ended last to what it waited for", () => {
    const tasks = [ran("a", 0, 5), ran("b", 0, 9), ran("c", 9, 20), ran("side", 5, 7), { task_id: "skipped" }];
    const led: Edge[] = [{ source: "a", target: "c" }, { source: "b", target: "c" }, { source: "a", target: "side" }, { source: "skipped", target: "c" }];
    expect(criticalPath(tasks, led)).toEqual(["b", "c"]);
  });

  it("is empty where nothing ran", () => {
    expect(criticalPath([{ task_id: "a" }], [])).toEqual([]);
  });
});
