import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import { affected, type RunKey, useRenewed } from "./useRun";

export type TaskInstance = Schemas["TaskInstanceResponse"];
type State = Schemas["TaskInstanceState"];

export interface TaskFilter {
  q?: string | undefined;
  states?: readonly string[] | undefined;
  order?: string | undefined;
}

const PAGE = 100;

/** The task instances of a run that fit, a hundred at a time. */
export function useTasks({ dagId, runId }: RunKey, filter: TaskFilter) {
  return useInfiniteQuery({
    queryKey: keys.run(dagId, runId, "task-instances", filter),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
          params: {
            path: { dag_id: dagId, dag_run_id: runId },
            query: {
              limit: PAGE,
              offset: pageParam,
              order_by: [filter.order ?? "start_date"],
              ...(filter.q ? { task_display_name_pattern: `%${filter.q}%` } : {}),
              // The server's word for "no state yet" is not one of its states.
              ...(filter.states?.length ? { state: filter.states.map((state) => (state === "none" ? "no_status" : state)) as State[] } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (last, pages) => (last.task_instances.length === PAGE ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

/** What goes with the task instances that were picked. */
export interface Reach {
  upstream: boolean;
  downstream: boolean;
  future: boolean;
  past: boolean;
  onlyFailed: boolean;
}

export const ALONE: Reach = { upstream: false, downstream: false, future: false, past: false, onlyFailed: false };

/** A task instance in a run: its task and its map index, -1 where it is not mapped. */
export type Pick = readonly [taskId: string, mapIndex: number];

function clearBody(runId: string, picks: readonly Pick[], reach: Reach, dryRun: boolean, note: string) {
  return {
    dry_run: dryRun,
    dag_run_id: runId,
    task_ids: picks.map(([task, index]) => (index < 0 ? task : ([task, index] as [string, number]))),
    only_failed: reach.onlyFailed,
    only_running: false,
    reset_dag_runs: true,
    include_upstream: reach.upstream,
    include_downstream: reach.downstream,
    include_future: reach.future,
    include_past: reach.past,
    note: note || null,
  } as Schemas["ClearTaskInstancesBody"];
}

/** Which task instances would run again. */
export function useClearTasksPreview({ dagId, runId }: RunKey, picks: readonly Pick[], reach: Reach) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "clear-tasks-preview", picks, reach),
    queryFn: async () => {
      const answer = await data(api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", { params: { path: { dag_id: dagId } }, body: clearBody(runId, picks, reach, true, "") }));
      return answer.task_instances.map(affected);
    },
    staleTime: 0,
  });
}

/** Runs task instances again. */
export function useClearTasks({ dagId, runId }: RunKey) {
  const renewed = useRenewed();
  return useMutation({
    mutationFn: ({ picks, reach, note }: { picks: readonly Pick[]; reach: Reach; note: string }) =>
      data(api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", { params: { path: { dag_id: dagId } }, body: clearBody(runId, picks, reach, false, note) })),
    onSettled: () => renewed(dagId, runId),
  });
}

export type Mark = "success" | "failed" | "skipped";

/** Gives task instances an end without running them. Raises with the first refusal. */
export function useMarkTasks({ dagId, runId }: RunKey) {
  const renewed = useRenewed();
  return useMutation({
    mutationFn: async ({ picks, state }: { picks: readonly Pick[]; state: Mark }) => {
      const answer = await data(
        api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
          params: { path: { dag_id: dagId, dag_run_id: runId } },
          body: {
            actions: [{ action: "update", entities: picks.map(([task_id, map_index]) => ({ task_id, map_index, new_state: state })) }],
          } as Schemas["BulkBody_BulkTaskInstanceBody_"],
        }),
      );
      const refused = answer.update?.errors[0];
      if (refused) throw new Error(JSON.stringify(refused));
      return answer;
    },
    onSettled: () => renewed(dagId, runId),
  });
}
