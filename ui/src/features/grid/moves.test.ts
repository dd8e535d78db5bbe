import { describe, expect, it } from "vitest";

import { moved, shownAt } from "./moves";
import { aligned } from "./useGrid";
import { around } from "./useWindow";

const SIZE = { rows: 100, columns: 10, page: 20 };
const at = (row: number, column: number) => ({ row, column });

describe("keys in the grid", () => {
  it("move by a cell, to names and heads, and not beyond", () => {
    expect(moved("ArrowDown", at(0, 0), SIZE)).toEqual(at(1, 0));
    expect(moved("ArrowUp", at(0, 3), SIZE)).toEqual(at(-1, 3));
    expect(moved("ArrowUp", at(-1, 3), SIZE)).toEqual(at(-1, 3));
    expect(moved("ArrowLeft", at(5, 0), SIZE)).toEqual(at(5, -1));
    expect(moved("ArrowRight", at(5, 9), SIZE)).toEqual(at(5, 9));
    expect(moved("ArrowDown", at(99, 0), SIZE)).toEqual(at(99, 0));
  });

  it("never lead to the empty corner", () => {
    expect(moved("ArrowUp", at(0, -1), SIZE)).toEqual(at(0, -1));
    expect(moved("ArrowLeft", at(-1, 0), SIZE)).toEqual(at(-1, 0));
    expect(moved("Home", at(-1, 4), SIZE)).toEqual(at(-1, 0));
  });

  it("move by a page and to the ends", () => {
    expect(moved("PageDown", at(90, 1), SIZE)).toEqual(at(99, 1));
    expect(moved("PageUp", at(30, 1), SIZE)).toEqual(at(10, 1));
    expect(moved("Home", at(7, 4), SIZE)).toEqual(at(7, -1));
    expect(moved("End", at(7, 4), SIZE)).toEqual(at(7, 9));
    expect(moved("End", at(7, 4), SIZE, true)).toEqual(at(99, 9));
    expect(moved("x", at(7, 4), SIZE)).toBeUndefined();
  });

  it("scroll no further than is needed", () => {
    expect(shownAt(100, 50, 110, 130)).toBe(100);
    expect(shownAt(100, 50, 80, 104)).toBe(80);
    expect(shownAt(100, 50, 140, 164)).toBe(114);
  });
});

describe("what is in view", () => {
  it("is whole tiles around it, within what there is", () => {
    expect(around(0, 480, 20, 5000)).toEqual({ from: 0, to: 40 });
    expect(around(480 * 10, 480, 20, 5000)).toEqual({ from: 180, to: 240 });
    expect(around(0, 480, 20, 7)).toEqual({ from: 0, to: 7 });
  });

  it("is asked for in whole blocks", () => {
    expect(aligned({ from: 60, to: 110 }, 50, 5000)).toEqual({ from: 50, to: 150 });
    expect(aligned({ from: 60, to: 110 }, 50, 120)).toEqual({ from: 50, to: 120 });
  });
});
