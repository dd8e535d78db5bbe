/** Questions that several views ask: with one key each, one answer serves them all. */
import { queryOptions } from "@tanstack/react-query";

import { keys } from "@/lib/keys";

import { api, data } from "./client";

/** Groups, tasks and edges of one version of a DAG; of the newest where none is named. */
export function structureOf(dagId: string, version: number | null | undefined) {
  return queryOptions({
    queryKey: keys.dag(dagId, "structure", version ?? "newest"),
    queryFn: () =>
      data(api.GET("/api/tradewind/ui/dags/{dag_id}/structure", { params: { path: { dag_id: dagId }, query: version ? { version_number: version } : {} } })),
    staleTime: version ? Infinity : 5_000,
  });
}

/** The newest runs, to choose one of. */
export function newestRunsOf(dagId: string) {
  return queryOptions({
    queryKey: keys.dag(dagId, "newest-runs"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-run_after"] } } })),
  });
}

/** The states and times of all tasks of a run. */
export function summariesOf(dagId: string, runId: string | undefined) {
  return queryOptions({
    queryKey: keys.run(dagId, runId ?? "", "summaries"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/task-summaries", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } })),
    enabled: runId !== undefined,
  });
}
