import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type TaskInstance = Schemas["TaskInstanceResponse"];

/** Which task instance: -1 for one that is not mapped. */
export interface TaskKey {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
}

/** One task instance. */
export function useTaskInstance({ dagId, runId, taskId, mapIndex }: TaskKey) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "task", taskId, mapIndex),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}", {
          params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex } },
        }),
      ),
  });
}
