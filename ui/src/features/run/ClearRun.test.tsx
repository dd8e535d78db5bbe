import { describe, expect, it } from "vitest";

import { chosen } from "./ClearRun";
import { touches } from "./MarkRun";
import { type Summary } from "./useRun";

const none = { onlyFailed: false, onlyNew: false, latestVersion: false };
const task = (task_id: string, state: Summary["state"]) => ({ task_id, state }) as Summary;

describe("what is chosen when a run is cleared", () => {
  it("is either what failed or what is new", () => {
    const failed = chosen(none, "onlyFailed", true);
    expect(chosen(failed, "onlyNew", true)).toEqual({ onlyFailed: false, onlyNew: true, latestVersion: false });
    expect(chosen(chosen(failed, "onlyNew", true), "onlyFailed", true)).toEqual(failed);
  });

  it("leaves the version alone", () => {
    expect(chosen({ ...none, latestVersion: true }, "onlyFailed", true).latestVersion).toBe(true);
  });
});

describe("what marking a run touches", () => {
  const tasks = [task("a", "success"), task("b", "failed"), task("c", "running"), task("d", null)];
  it("is what has not ended, for a failure", () => {
    expect(touches(tasks, "r", "failed").map(({ taskId }) => taskId)).toEqual(["c", "d"]);
  });

  it("is what has not succeeded, for a success", () => {
    expect(touches(tasks, "r", "success").map(({ taskId }) => taskId)).toEqual(["b", "c", "d"]);
  });
});
