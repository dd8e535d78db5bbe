import { expect, it } from "vitest";

import { partsOf, slotsIn, wholeOf } from "./slots";

const POOL = { slots: 4, running_slots: 2, queued_slots: 1, deferred_slots: 5, scheduled_slots: 0, open_slots: 1, include_deferred: false };

it("does not count deferred tasks that hold no slot", () => {
  expect(wholeOf(POOL)).toBe(4);
  expect(partsOf(POOL).map(({ state }) => state)).toEqual(["running", "queued", "scheduled"]);
  expect(wholeOf({ ...POOL, include_deferred: true })).toBe(8);
});

it("is as wide as those who hold and wait where they are more than the slots, or these have no limit", () => {
  expect(wholeOf({ ...POOL, scheduled_slots: 9 })).toBe(12);
  expect(wholeOf({ ...POOL, slots: -1 })).toBe(3);
});

it("reads a number of slots", () => {
  expect(["3", "-1", "0", "-2", "1.5", "", "x"].map(slotsIn)).toEqual([3, -1, 0, undefined, undefined, undefined, undefined]);
});
