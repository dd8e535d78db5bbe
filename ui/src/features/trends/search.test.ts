import { describe, expect, it } from "vitest";

import { trendsSearch } from "./TrendsView";

describe("the address of the trends", () => {
  it("is read as far as it means something", () => {
    expect(trendsSearch({ runs: 100, view: "table" })).toEqual({ runs: 100, view: "table" });
    expect(trendsSearch({ runs: 5000 }).runs).toBe(200);
    expect(trendsSearch({ runs: "many", view: "cake" })).toEqual({ runs: undefined, view: undefined });
  });
});
