import { describe, expect, it } from "vitest";

import { compare, shortened, totals, unified } from "./compare";
import { highlight } from "./highlight";
import { lineOf } from "./Source";

const text = (...lines: string[]) => `${lines.join("\n")}\n`;

describe("comparing two texts", () => {
  it("pairs what went with what came in its place", () => {
    const rows = compare(text("a", "b", "c"), text("a", "B", "c", "d"));
    expect(rows.map(({ kind, old, now }) => [kind, old?.line, now?.line])).toEqual([
      ["same", 1, 1],
      ["changed", 2, 2],
      ["same", 3, 3],
      ["added", undefined, 4],
    ]);
    expect(totals(rows)).toEqual({ added: 2, removed: 1 });
  });

  it("tells of what only went", () => {
    expect(compare(text("a", "b"), text("a")).map(({ kind }) => kind)).toEqual(["same", "removed"]);
    expect(compare(text("a"), text("a")).every(({ kind }) => kind === "same")).toBe(true);
  });

  it("leaves out what is far from a change", () => {
    const lines = Array.from({ length: 40 }, (_, line) => `line ${line}`);
    const rows = shortened(compare(text(...lines), text(...lines.with(20, "other"))));
    expect(rows[0]).toEqual({ kind: "skipped", count: 17 });
    expect(rows).toHaveLength(1 + 3 + 1 + 3 + 1);
    expect(rows.at(-1)).toEqual({ kind: "skipped", count: 16 });
  });

  it("puts both into one column, first what went", () => {
    const rows = unified(compare(text("a", "b", "c"), text("x", "y", "c")));
    expect(rows.map(({ kind }) => kind)).toEqual(["removed", "removed", "added", "added", "same"]);
  });
});

describe("colours", () => {
  it("keep every sign of a text, also over several lines", () => {
    const source = 'def f():\n    """One\n    two."""\n    return 1  # <b>\n';
    const lines = highlight(source);
    expect(lines.map((line) => line.map((piece) => piece.text).join("")).join("\n")).toBe(source);
    expect(lines[0]?.[0]).toEqual({ text: "def", kind: "keyword" });
    expect(lines[2]?.at(-1)?.kind).toBe("string");
    expect(lines[3]?.at(-1)).toEqual({ text: "# <b>", kind: "comment" });
  });
});

describe("a link to a line", () => {
  it("is #L and its number", () => {
    expect(lineOf("L12")).toBe(11);
    expect(lineOf("Lx")).toBeUndefined();
    expect(lineOf("")).toBeUndefined();
  });
});
