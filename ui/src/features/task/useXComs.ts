import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import { type TaskKey } from "./useTaskInstance";

export type XCom = Schemas["XComResponse"];

const ALL = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries";
const named = ({ dagId, runId, taskId }: TaskKey) => ({ dag_id: dagId, dag_run_id: runId, task_id: taskId });
const keyOf = (key: TaskKey, ...rest: unknown[]) => keys.run(key.dagId, key.runId, "xcom", key.taskId, key.mapIndex, ...rest);

/** What the task instance left for others, without the values. */
export function useXComs(key: TaskKey) {
  return useQuery({
    queryKey: keyOf(key),
    queryFn: () => data(api.GET(ALL, { params: { path: named(key), query: { map_index: key.mapIndex, limit: 1000, order_by: ["key"] } } })),
  });
}

export function useXCom(key: TaskKey, name: string) {
  return useQuery({
    queryKey: keyOf(key, name),
    queryFn: () => data(api.GET(`${ALL}/{xcom_key}`, { params: { path: { ...named(key), xcom_key: name }, query: { map_index: key.mapIndex } } })),
  });
}

export type XComChange = { kind: "create" | "edit"; name: string; value: unknown } | { kind: "delete"; name: string };

function send(key: TaskKey, change: XComChange): Promise<unknown> {
  const { name } = change;
  const path = { ...named(key), xcom_key: name };
  if (change.kind === "delete") return data(api.DELETE(`${ALL}/{xcom_key}`, { params: { path, query: { map_index: key.mapIndex } } }));
  const { value } = change;
  if (change.kind === "edit") return data(api.PATCH(`${ALL}/{xcom_key}`, { params: { path }, body: { value, map_index: key.mapIndex } }));
  return data(api.POST(ALL, { params: { path: named(key) }, body: { key: name, value, map_index: key.mapIndex } }));
}

/** Writes, changes or deletes one. */
export function useChangeXCom(key: TaskKey) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: XComChange) => send(key, change),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(key) }),
  });
}
