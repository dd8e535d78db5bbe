import { describe, expect, it } from "vitest";

import { absolute, dayOf, duration, elapsed, relative, startOfDay } from "./time";

describe("a length of time", () => {
  it.each([
    [null, "–"], [0, "0.00s"], [0.214, "0.21s"], [12.44, "12.4s"], [187, "3m 07s"], [7440, "2h 04m"], [277_200, "3d 05h"], [-3, "0.00s"],
  ])("of %s seconds reads %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it("goes on until now where there is no end", () => {
    expect(elapsed("2026-01-01T00:00:00Z", null, Date.parse("2026-01-01T00:00:05Z"))).toBe(5);
    expect(elapsed(null, null, 0)).toBeNull();
  });
});

describe("a moment", () => {
  const noon = "2026-07-01T12:00:00Z";

  it("is shown in its zone", () => {
    expect(absolute(noon, "Europe/Berlin")).toBe("2026-07-01 14:00:00");
    expect(dayOf("2026-07-01T23:30:00Z", "Asia/Shanghai")).toBe("2026-07-02");
  });

  it("begins a day where the zone's midnight is, also when its clocks change that day", () => {
    expect(startOfDay("2026-07-01", "Asia/Shanghai")).toBe("2026-07-01T00:00:00+08:00");
    expect(startOfDay("2026-03-29", "Europe/Berlin")).toBe("2026-03-29T00:00:00+01:00");
    expect(startOfDay("2026-03-29", "Europe/Berlin", 1)).toBe("2026-03-30T00:00:00+02:00");
    expect(startOfDay("2026-12-31", "UTC", 1)).toBe("2027-01-01T00:00:00+00:00");
    expect(["", "yesterday", "2026-13-40"].map((day) => startOfDay(day, "UTC"))).toEqual([undefined, undefined, undefined]);
  });

  it("is told from now in words", () => {
    const at = Date.parse(noon);
    expect(relative(at - 180_000, at, "en")).toBe("3 minutes ago");
    expect(relative(at + 86_400_000 * 2, at, "en")).toBe("in 2 days");
    expect(relative(at - 3_600_000, at, "zh-CN")).toBe("1小时前");
  });
});
