import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type HomeData = Schemas["UIHome"];
export type HomeRun = Schemas["UIHomeRun"];
export type Late = Schemas["UILate"];
export type Hour = Schemas["UIHour"];

/** Everything that the first page says, in one answer. */
export function useHome() {
  return useQuery({ queryKey: keys.all("home"), queryFn: () => data(api.GET("/api/tradewind/ui/home")) });
}

export type Condition = "healthy" | "unhealthy" | "absent";

/** The components and how they are; one that was never started is absent. */
export function conditions({ health }: HomeData): { name: "metadatabase" | "scheduler" | "triggerer" | "dagProcessor"; condition: Condition; beat: string | null }[] {
  const of = (status: string | null | undefined): Condition => (status === "healthy" ? "healthy" : status ? "unhealthy" : "absent");
  return [
    { name: "metadatabase", condition: of(health.metadatabase.status), beat: null },
    { name: "scheduler", condition: of(health.scheduler.status), beat: health.scheduler.latest_scheduler_heartbeat },
    { name: "dagProcessor", condition: of(health.dag_processor?.status), beat: health.dag_processor?.latest_dag_processor_heartbeat ?? null },
    { name: "triggerer", condition: of(health.triggerer.status), beat: health.triggerer.latest_triggerer_heartbeat },
  ];
}

export type Verdict = "ill" | "failed" | "late" | "imports" | "well" | "new";

/** The one thing that the person on call must know first. */
export function verdict(home: HomeData): Verdict {
  const needed = conditions(home).filter(({ name }) => name !== "triggerer");
  if (needed.some(({ condition }) => condition !== "healthy") || conditions(home).some(({ condition }) => condition === "unhealthy")) return "ill";
  if (home.numbers.failed_runs > 0) return "failed";
  if (home.numbers.late_runs > 0) return "late";
  if (home.numbers.import_errors > 0) return "imports";
  return home.ever_ran ? "well" : "new";
}

export interface Failure {
  /** The newest of them. */
  run: HomeRun;
  count: number;
}

/** Failed runs of one DAG with one first cause stand together: a source that is down all night is one line. */
export function together(runs: readonly HomeRun[]): Failure[] {
  const found = new Map<string, Failure>();
  for (const run of runs) {
    const key = JSON.stringify([run.dag_id, run.cause?.task_id, run.cause?.message]);
    const same = found.get(key);
    if (same) same.count += 1;
    else found.set(key, { run, count: 1 });
  }
  return [...found.values()];
}
