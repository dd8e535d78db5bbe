import { useQueries, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Summary = Schemas["UITaskSummary"];
export type Try = Schemas["TaskInstanceHistoryResponse"];

/** The newest runs, to choose one of. */
export function useRuns(dagId: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.dag(dagId, "newest-runs"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-run_after"] } } })),
    enabled,
  });
}

/** The times of all tasks of a run. */
export function useSummaries(dagId: string, runId: string | undefined) {
  return useQuery({
    queryKey: keys.run(dagId, runId ?? "", "summaries"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/task-summaries", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } })),
    enabled: runId !== undefined,
  });
}

/** The tasks of that version of a DAG in their order. */
export function useStructure(dagId: string, version: number | null | undefined, enabled: boolean) {
  return useQuery({
    queryKey: keys.dag(dagId, "structure", version ?? "newest"),
    queryFn: () =>
      data(api.GET("/api/tradewind/ui/dags/{dag_id}/structure", { params: { path: { dag_id: dagId }, query: version ? { version_number: version } : {} } })),
    enabled,
    staleTime: version ? Infinity : 5_000,
  });
}

/** The tries of these tasks, by task. */
export function useTries(dagId: string, runId: string | undefined, taskIds: readonly string[]): ReadonlyMap<string, Try[]> {
  return useQueries({
    queries: taskIds.map((taskId) => ({
      queryKey: keys.run(dagId, runId ?? "", "tries", taskId),
      queryFn: () =>
        data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "", task_id: taskId } } })),
    })),
    combine: (answers) => new Map(answers.flatMap((answer) => (answer.data?.task_instances[0] ? [[answer.data.task_instances[0].task_id, answer.data.task_instances] as const] : []))),
  });
}
