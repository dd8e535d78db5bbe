import { expect, it } from "vitest";

import { asDay, asTexts } from "./search";

it("takes one text for several, and nothing else for text", () => {
  expect(asTexts("shop")).toEqual(["shop"]);
  expect(asTexts(["shop", 12, null, {}])).toEqual(["shop", "12"]);
  expect(asTexts({ tag: "shop" })).toBeUndefined();
  expect(asTexts(undefined)).toBeUndefined();
});

it("takes days that there are", () => {
  expect(asDay("2026-03-01")).toBe("2026-03-01");
  for (const odd of ["2026-13-01", "yesterday", "2026-03-01T00:00", 2026, ["2026-03-01"]]) expect(asDay(odd)).toBeUndefined();
});
