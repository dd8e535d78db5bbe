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

/** One task instance; null where the task is mapped, and the key does not say which of its instances is meant. */
export function useTaskInstance(key: TaskKey) {
  return useQuery({
    queryKey: keys.run(key.dagId, key.runId, "task", key.taskId, key.mapIndex),
    queryFn: () => (key.mapIndex < 0 ? onlyOne(key) : one(key)),
  });
}

function one({ dagId, runId, taskId, mapIndex }: TaskKey): Promise<TaskInstance> {
  return data(
    api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}", {
      params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex } },
    }),
  );
}

/** By the list, as it says of a mapped task too what there is. */
async function onlyOne(key: TaskKey): Promise<TaskInstance | null> {
  const { dagId, runId, taskId } = key;
  const found = await data(
    api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
      params: { path: { dag_id: dagId, dag_run_id: runId }, query: { task_id: taskId, limit: 1, order_by: ["map_index"] } },
    }),
  );
  const first = found.task_instances[0];
  if (!first) return one(key); // the server says what is missing
  return first.map_index < 0 ? first : null;
}
