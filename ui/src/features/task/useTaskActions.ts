import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import type { TaskKey } from "./useTaskInstance";

/** What besides the task instance itself is meant. */
export interface Reach {
  upstream: boolean;
  downstream: boolean;
  past: boolean;
  future: boolean;
}

export const ALONE: Reach = { upstream: false, downstream: false, past: false, future: false };

export interface ClearWish extends Reach {
  onlyFailed: boolean;
  onlyRunning: boolean;
  latestVersion: boolean;
  /** All instances of a mapped task. */
  allMapped: boolean;
  note: string;
}

export type Mark = "success" | "failed" | "skipped";

function clear({ dagId, runId, taskId, mapIndex }: TaskKey, wish: ClearWish, dry: boolean) {
  return data(
    api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", {
      params: { path: { dag_id: dagId } },
      body: {
        dry_run: dry,
        dag_run_id: runId,
        task_ids: mapIndex < 0 || wish.allMapped ? [taskId] : [[taskId, mapIndex]],
        include_upstream: wish.upstream,
        include_downstream: wish.downstream,
        include_past: wish.past,
        include_future: wish.future,
        only_failed: wish.onlyFailed,
        only_running: wish.onlyRunning,
        run_on_latest_version: wish.latestVersion ? true : null,
        reset_dag_runs: true,
        prevent_running_task: false,
        start_date: null,
        end_date: null,
        note: dry ? null : wish.note || null,
      },
    }),
  );
}

/** Which task instances would be cleared. */
export function useClearPreview(key: TaskKey, wish: ClearWish) {
  const meant = { ...wish, note: "" };
  return useQuery({
    queryKey: keys.run(key.dagId, key.runId, "clear", key.taskId, key.mapIndex, meant),
    queryFn: () => clear(key, wish, true),
  });
}

/** Has done to a task instance what changes its DAG, and then all that is shown of it asked again. */
function useChanging<Wish>(dagId: string, change: (wish: Wish) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["run", dagId] }),
        client.invalidateQueries({ queryKey: keys.dag(dagId) }),
      ]),
  });
}

export function useClear(key: TaskKey) {
  return useChanging(key.dagId, (wish: ClearWish) => clear(key, wish, false));
}

const INSTANCE = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}";

function named({ dagId, runId, taskId, mapIndex }: TaskKey) {
  return { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex };
}

function marking(state: Mark, reach: Reach): Schemas["PatchTaskInstanceBody"] {
  return {
    new_state: state,
    include_upstream: reach.upstream,
    include_downstream: reach.downstream,
    include_past: reach.past,
    include_future: reach.future,
  };
}

/** Which task instances would be marked. */
export function useMarkPreview(key: TaskKey, state: Mark, reach: Reach) {
  return useQuery({
    queryKey: keys.run(key.dagId, key.runId, "mark", key.taskId, key.mapIndex, state, reach),
    queryFn: () => data(api.PATCH(`${INSTANCE}/dry_run`, { params: { path: named(key) }, body: marking(state, reach) })),
  });
}

export function useMark(key: TaskKey) {
  return useChanging(key.dagId, ({ state, reach }: { state: Mark; reach: Reach }) =>
    data(api.PATCH(INSTANCE, { params: { path: named(key) }, body: marking(state, reach) })),
  );
}

/** Null takes the note away. */
export function useNote(key: TaskKey) {
  return useChanging(key.dagId, (note: string | null) =>
    data(api.PATCH(INSTANCE, { params: { path: named(key), query: { update_mask: ["note"] } }, body: { note, new_state: null, include_upstream: false, include_downstream: false, include_past: false, include_future: false } })),
  );
}

/** Runs it whatever it waits for. */
export function useRunNow({ dagId, runId, taskId, mapIndex }: TaskKey) {
  return useChanging(dagId, () =>
    data(
      api.POST("/api/tradewind/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/run", {
        params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId }, query: { map_index: mapIndex } },
      }),
    ),
  );
}
