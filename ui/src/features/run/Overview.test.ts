import { describe, expect, it } from "vitest";

import { counted } from "./Overview";
import { moments } from "./RunTimeline";
import { type Run, type Summary } from "./useRun";

describe("progress", () => {
  it("counts each instance of a mapped task, and says of those with no state that they have none", () => {
    const tasks = [{ task_id: "a", state: "success" }, { task_id: "b", state: null }, { task_id: "c", state: "running", counts: { success: 3, no_status: 2 } }];
    expect(counted(tasks as unknown as Summary[])).toEqual({ success: 4, none: 3 });
  });
});

describe("the timeline", () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  it("is in the order in which things happened, with the time between them", () => {
    const run = { run_after: at(0), queued_at: at(2), start_date: at(3), end_date: at(20) } as Run;
    const tasks = [{ start_date: at(5), end_date: at(9) }, { start_date: at(4), end_date: at(19) }, {}] as Summary[];
    expect(moments(run, tasks).map(({ what, after }) => [what, after])).toEqual([
      ["due", null], ["queued", 2], ["started", 1], ["firstTask", 1], ["lastTask", 15], ["ended", 1],
    ]);
  });

  it("has no last task while the run goes on", () => {
    const run = { run_after: at(0), queued_at: at(2), start_date: null, end_date: null } as Run;
    expect(moments(run, [{ start_date: at(3), end_date: at(4) }] as Summary[]).map(({ what }) => what)).toEqual(["due", "queued", "firstTask"]);
  });
});
