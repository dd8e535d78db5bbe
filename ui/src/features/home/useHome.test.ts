import { describe, expect, it } from "vitest";

import { conditions, type HomeData, type HomeRun, together, verdict } from "./useHome";

const HEALTHY = { status: "healthy" };
const HOUR = { start: "2026-01-01T00:00:00Z", success: 0, failed: 0, running: 0, queued: 0, planned: 0 };

function home(some: Partial<HomeData> = {}, numbers: Partial<HomeData["numbers"]> = {}): HomeData {
  return {
    health: {
      metadatabase: HEALTHY,
      scheduler: { ...HEALTHY, latest_scheduler_heartbeat: "2026-01-01T00:00:00Z" },
      triggerer: { status: null, latest_triggerer_heartbeat: null },
      dag_processor: { ...HEALTHY, latest_dag_processor_heartbeat: null },
    },
    hosts: [],
    numbers: { running_runs: 0, queued_runs: 0, failed_runs: 0, late_runs: 0, running_tasks: 0, queued_tasks: 0, deferred_tasks: 0, awaiting_input: 0, import_errors: 0, ...numbers },
    ever_ran: true,
    running: [],
    failed: [],
    late: [],
    upcoming: [],
    first_import_error: null,
    pools: [],
    queues: [],
    timeline: [{ ...HOUR, success: 1 }],
    ...some,
  };
}

describe("what the person on call hears first", () => {
  it("is that a component is ill, before all else", () => {
    const scheduler = { status: "unhealthy", latest_scheduler_heartbeat: null };
    expect(verdict(home({ health: { ...home().health, scheduler } }, { failed_runs: 3 }))).toBe("ill");
  });

  it("is no illness where no triggerer was needed yet", () => {
    expect(conditions(home()).find(({ name }) => name === "triggerer")?.condition).toBe("absent");
    expect(verdict(home())).toBe("well");
  });

  it("is failed runs, then late ones", () => {
    expect(verdict(home({}, { failed_runs: 1, late_runs: 1 }))).toBe("failed");
    expect(verdict(home({}, { late_runs: 1, import_errors: 1 }))).toBe("late");
  });

  it("is never that all is well while a file cannot be imported", () => {
    expect(verdict(home({}, { import_errors: 1 }))).toBe("imports");
    expect(verdict(home({ ever_ran: false }, { import_errors: 1 }))).toBe("imports");
  });

  it("greets where nothing ever ran", () => {
    expect(verdict(home({ ever_ran: false }))).toBe("new");
    expect(verdict(home({ timeline: [HOUR] }))).toBe("well");
  });
});

it("tells of failures with one cause once", () => {
  const run = (dag: string, id: string, message: string): HomeRun => ({
    dag_id: dag, dag_display_name: dag, run_id: id, state: "failed", run_type: "manual", run_after: "2026-01-01T00:00:00Z", start_date: null, end_date: null, duration: null,
    cause: { task_id: "t", map_index: -1, try_number: 1, end_date: null, message },
  }); // prettier-ignore
  const found = together([run("a", "3", "refused"), run("b", "1", "refused"), run("a", "2", "refused"), run("a", "1", "other")]);
  expect(found.map(({ run: { dag_id, run_id }, count }) => [dag_id, run_id, count])).toEqual([
    ["a", "3", 2],
    ["b", "1", 1],
    ["a", "1", 1],
  ]);
});
