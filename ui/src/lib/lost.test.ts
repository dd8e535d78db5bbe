import { beforeEach, expect, it } from "vitest";

import { isLostModule, mayReload } from "./lost";

beforeEach(() => sessionStorage.clear());

it("knows a lost module by what browsers say", () => {
  expect(isLostModule(new TypeError("Failed to fetch dynamically imported module: https://a.b/assets/runs-1.js"))).toBe(true);
  expect(isLostModule(new TypeError("error loading dynamically imported module: https://a.b/x.js"))).toBe(true);
  expect(isLostModule(new TypeError("Importing a module script failed."))).toBe(true);
  expect(isLostModule(new TypeError("x.map is not a function"))).toBe(false);
});

it("reloads once, and again only after a while", () => {
  expect(mayReload(1_000_000)).toBe(true);
  expect(mayReload(1_030_000)).toBe(false);
  expect(mayReload(1_060_000)).toBe(true);
});
