import { describe, expect, it } from "vitest";

import { calendarSearch } from "./Calendar";
import { failureShare, toneOf } from "./DayCell";
import { dayAfter, monthsOf, neighbour, plusMonths, weekday, weeksOf } from "./days";

describe("days", () => {
  it("stand in weeks that begin on Monday", () => {
    expect(weekday("2026-03-01")).toBe(6);
    const weeks = weeksOf("2026-03");
    expect(weeks[0]).toEqual([null, null, null, null, null, null, "2026-03-01"]);
    expect(weeks.at(-1)?.filter(Boolean)).toEqual(["2026-03-30", "2026-03-31"]);
  });

  it("are reached by keys, over the ends of months and years", () => {
    expect(dayAfter("ArrowRight", "2026-12-31")).toBe("2027-01-01");
    expect(dayAfter("ArrowUp", "2026-03-03")).toBe("2026-02-24");
    expect(dayAfter("PageUp", "2026-03-31")).toBe("2026-02-28");
    expect(dayAfter("Home", "2026-03-05")).toBe("2026-03-02");
    expect(dayAfter("x", "2026-03-05")).toBeUndefined();
    expect(plusMonths("2026-12-15", 1)).toBe("2027-01-15");
  });

  it("make ranges", () => {
    expect(monthsOf("2026")).toHaveLength(12);
    expect(monthsOf("2026-03")).toEqual(["2026-03"]);
    expect([neighbour("2026", -1), neighbour("2026-12", 1)]).toEqual(["2025", "2027-01"]);
  });
});

describe("the colour of a day", () => {
  it("is that of the worst", () => {
    expect(toneOf({ day: "d", failed: 1, success: 99 })).toBe("failed");
    expect(toneOf({ day: "d", queued: 1, success: 9 })).toBe("active");
    expect(toneOf({ day: "d", success: 9, planned: 2 })).toBe("success");
    expect(toneOf({ day: "d", planned: 2 })).toBe("planned");
    expect(toneOf(undefined)).toBe("empty");
  });

  it("shows few failures, too", () => {
    expect(failureShare({ day: "d", failed: 1, success: 99 })).toBe(0.4);
    expect(failureShare({ day: "d", failed: 9, success: 1 })).toBe(0.9);
    expect(failureShare({ day: "d", success: 1 })).toBe(0);
  });
});

describe("the address of the calendar", () => {
  it("is read as far as it means something", () => {
    expect(calendarSearch({ range: 2026, day: "2026-03-01" })).toEqual({ range: "2026", day: "2026-03-01" });
    expect(calendarSearch({ range: "2026-13", day: "2026-99-01" })).toEqual({ range: undefined, day: undefined });
  });
});
