import { describe, expect, it } from "vitest";

import { before, compared } from "./compare";
import { type Summary } from "./useRun";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const task = (task_id: string, state: Summary["state"], took?: number) =>
  ({ task_id, state, ...(took === undefined ? {} : { start_date: at(0), end_date: at(took) }) }) as Summary;

it("knows the run before only where both are among the newest", () => {
  const runs = ["c", "b", "a"].map((dag_run_id) => ({ dag_run_id }));
  expect(["c", "b", "a", "older"].map((id) => before(runs, id))).toEqual(["b", "a", undefined, undefined]);
});

describe("two runs side by side", () => {
  it("puts those that ended otherwise first, then what took longer or shorter by most", () => {
    const pairs = compared(
      [task("same", "success", 5), task("slow", "success", 30), task("broken", "failed", 1), task("fast", "success", 1)],
      [task("same", "success", 5), task("slow", "success", 10), task("broken", "success", 1), task("fast", "success", 9)],
    );
    expect(pairs.map(({ taskId, longer }) => [taskId, longer])).toEqual([["broken", 0], ["slow", 20], ["fast", -8], ["same", 0]]);
  });

  it("has a side missing where a run does not have the task", () => {
    const pairs = compared([task("new", "success", 1)], [task("old", null)]);
    expect(pairs.map(({ taskId, here, there, differs }) => [taskId, Boolean(here), Boolean(there), differs])).toEqual([
      ["new", true, false, true],
      ["old", false, true, true],
    ]);
  });

  it("has no difference in length where one did not run", () => {
    expect(compared([task("a", null)], [task("a", "success", 3)])[0]?.longer).toBeNull();
  });
});
