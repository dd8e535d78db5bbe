import { describe, expect, it } from "vitest";

import { namesOf, recordsOf } from "@/components/Records";
import { structure } from "./Rendered";
import { reproduce } from "./TaskDetails";
import { phases } from "./Timing";

describe("timing", () => {
  const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, "0")}Z`;

  it("is split into waiting, starting and running", () => {
    const times = { scheduled_when: at(0), queued_when: at(2), start_date: at(5), end_date: at(15) };
    expect(phases(times, 0)).toEqual({ waiting: 2, starting: 3, running: 10 });
  });

  it("goes on until now where nothing has ended it", () => {
    const times = { scheduled_when: at(0), queued_when: null, start_date: null, end_date: null };
    expect(phases(times, Date.parse(at(7)))).toEqual({ waiting: 7, starting: null, running: null });
  });
});

describe("the command that runs it again", () => {
  it("quotes what a shell would read", () => {
    const of = { dagId: "d", taskId: "a b'c", runId: "manual__2026-01-01T00:00:00+00:00", mapIndex: 3 };
    expect(reproduce(of)).toBe(`tradewind tasks test d 'a b'"'"'c' manual__2026-01-01T00:00:00+00:00 --map-index 3`);
  });
});

describe("values", () => {
  it("that are JSON text are shown as what they are", () => {
    expect(structure(' {"a": [1]}')).toEqual({ a: [1] });
    expect(structure("[not json")).toBe("[not json");
    expect(structure("select 1")).toBe("select 1");
  });

  it("that are lists of objects are tables with every name", () => {
    const records = recordsOf([{ a: 1 }, { b: 2, a: 3 }]);
    expect(records && namesOf(records)).toEqual(["a", "b"]);
    expect(recordsOf([1])).toBeNull();
    expect(recordsOf([])).toBeNull();
  });
});
