import { describe, expect, it } from "vitest";

import { extraOf, summary } from "./entry";

describe("an entry's extra", () => {
  it("is taken apart into fields before and after, and the rest", () => {
    const extra = extraOf('{"username":"zoe","address":"10.0.0.1","before":{"active":true,"roles":["Op"]},"after":{"active":false,"roles":["Op"]}}');
    expect(extra.address).toBe("10.0.0.1");
    expect(extra.fields).toEqual([
      { name: "active", before: true, after: false, changed: true },
      { name: "roles", before: ["Op"], after: ["Op"], changed: false },
    ]);
    expect(summary(extra)).toBe("username: zoe · Δ active");
  });

  it("shows what was made, and what was deleted", () => {
    expect(extraOf('{"after":{"slots":3}}').fields).toEqual([{ name: "slots", before: undefined, after: 3, changed: true }]);
    expect(extraOf('{"before":{"slots":3},"after":null}').fields[0]?.after).toBeUndefined();
  });

  it("leaves other texts as they are", () => {
    expect(extraOf("host_name=a").rest).toBe("host_name=a");
    expect(extraOf("[1,2]").rest).toEqual([1, 2]);
    expect(extraOf('{"before":"2026-01-01"}').rest).toEqual({ before: "2026-01-01" });
    expect(extraOf(null)).toEqual({ fields: [], rest: undefined });
    expect(summary(extraOf(null))).toBe("");
  });
});
