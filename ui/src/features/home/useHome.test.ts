import { describe, expect, it } from "vitest";

import { conditions, type HomeData, type HomeRun, together, verdict } from "./useHome";

const HEALTHY = { status: "healthy" };
const HOUR = { start: "2026-01-01T00:00:00Z", success: 0, failed: 0, running: 0, queued: 0, planned: 0 };

function home(some: Partial<HomeData> = {}, failed = 0): HomeData {
  return {
    health: {
      metadatabase: HEALTHY,
      scheduler: { ...HEALTHY, latest_scheduler_heartbeat: "2026-01-01T00:00:00Z" },
      triggerer: { status: null, latest_triggerer_heartbeat: null },
      dag_processor: { ...HEALTHY, latest_dag_processor_heartbeat: null },
    },
    hosts: [],
    numbers: { running_runs: 0, queued_runs: 0, failed_runs: failed, running_tasks: 0, queued_tasks: 0, deferred_tasks: 0, awaiting_input: 0, import_errors: 0 },
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
    expect(verdict(home({ health: { ...home().health, scheduler } }, 3))).toBe("ill");
  });

  it("is no illness where no triggerer was needed yet", () => {
    expect(conditions(home()).find(({ name }) => name === "triggerer")?.condition).toBe("absent");
    expect(verdict(home())).toBe("well");
  });

  it("is failed runs, then late ones", () => {
    const late = [{ kind: "slow" as const, dag_id: "a", run_id: "r", task_id: null, since: "2026-01-01T00:00:00Z", name: null, seconds: 5, usual_seconds: 1 }];
    expect(verdict(home({ late }, 1))).toBe("failed");
    expect(verdict(home({ late }))).toBe("late");
  });

  it("greets where nothing ever ran", () => {
    expect(verdict(home({ timeline: [HOUR] }))).toBe("new");
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
