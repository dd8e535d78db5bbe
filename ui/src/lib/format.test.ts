import { expect, it } from "vitest";

import { median } from "./format";

it("takes the middle, or what lies between the two in the middle", () => {
  expect(median([9, 1, 3])).toBe(3);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(median([])).toBeUndefined();
});
