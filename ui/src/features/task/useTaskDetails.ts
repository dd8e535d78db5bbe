import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { hasEnded } from "@/lib/states";

import { type TaskInstance, type TaskKey } from "./useTaskInstance";

export type Try = Schemas["TaskInstanceHistoryResponse"];

const named = ({ dagId, runId, taskId, mapIndex }: TaskKey) => ({ dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex });

/** Every try, the last one first. */
export function useTries(key: TaskKey) {
  return useQuery({
    queryKey: keys.run(key.dagId, key.runId, "tries", key.taskId, key.mapIndex),
    queryFn: async () => {
      const found = await data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/tries", { params: { path: named(key) } }),
      );
      return [...found.task_instances].sort((one, other) => other.try_number - one.try_number);
    },
  });
}

/** What keeps it from running; nothing is asked of one that has ended. */
export function useWaitsFor(key: TaskKey, state: TaskInstance["state"]) {
  return useQuery({
    queryKey: keys.run(key.dagId, key.runId, "dependencies", key.taskId, key.mapIndex),
    queryFn: () =>
      data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/dependencies", { params: { path: named(key) } })),
    enabled: !hasEnded(state) && state !== "running",
  });
}

/** Links that its operator gives: name and address, http and https only. */
export function useExtraLinks({ dagId, runId, taskId, mapIndex }: TaskKey) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "links", taskId, mapIndex),
    queryFn: async () => {
      const found = await data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/links", {
          params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId }, query: { map_index: mapIndex } },
        }),
      );
      return Object.entries(found.extra_links as Record<string, unknown>).filter(
        (link): link is [string, string] => typeof link[1] === "string" && /^https?:\/\//i.test(link[1]),
      );
    },
  });
}

const PAGE = 200;

/** The instances of a mapped task, some hundred at a time. */
export function useMapped({ dagId, runId, taskId }: Omit<TaskKey, "mapIndex">, states: readonly string[], order: string) {
  return useInfiniteQuery({
    queryKey: keys.run(dagId, runId, "mapped", taskId, states, order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/listMapped", {
          params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId }, query: { limit: PAGE, offset: pageParam, order_by: [order], ...(states.length > 0 ? { state: [...states] } : {}) } },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < (last.total_entries ?? 0) ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

/** How many of its instances are in which state. */
export function useMappedCounts({ dagId, runId, taskId }: Omit<TaskKey, "mapIndex">) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "mapped-counts", taskId),
    queryFn: async () => {
      const found = await data(
        api.POST("/api/tradewind/ui/dags/{dag_id}/grid/cells", {
          params: { path: { dag_id: dagId } },
          body: { run_ids: [runId], task_ids: [taskId], group_ids: [], version_number: null },
        }),
      );
      // A cell leaves out what is as for most.
      const cell: Partial<Schemas["UIGridCell"]> | null = found.runs[0]?.tasks[0] ?? null;
      return cell?.counts ?? {};
    },
  });
}

export type AuditEntry = Schemas["EventLogResponse"];

/** What was done to the task in this run, the newest first. */
export function useTaskEvents({ dagId, runId, taskId }: TaskKey) {
  return useInfiniteQuery({
    queryKey: keys.run(dagId, runId, "events", taskId),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/v2/eventLogs", { params: { query: { dag_id: dagId, run_id: runId, task_id: taskId, order_by: ["-when"], limit: 100, offset: pageParam } } })),
    getNextPageParam: (last, pages) => (pages.length * 100 < last.total_entries ? pages.length * 100 : undefined),
  });
}
