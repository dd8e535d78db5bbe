import { useQueries } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Summary = Schemas["UITaskSummary"];
export type Try = Schemas["TaskInstanceHistoryResponse"];

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
