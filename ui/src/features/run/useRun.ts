import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { type Affected } from "@/components/AffectDialog";
import { keys } from "@/lib/keys";

export type Run = Schemas["DAGRunResponse"];

/** Which run. */
export interface RunKey {
  dagId: string;
  runId: string;
}

const path = ({ dagId, runId }: RunKey) => ({ dag_id: dagId, dag_run_id: runId });

/** One run of a DAG. */
export function useRun(dagId: string, runId: string) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "run"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", { params: { path: path({ dagId, runId }) } })),
  });
}

export type Summary = Schemas["UITaskSummary"];

/** Every task of a run in short. */
export function useSummaries({ dagId, runId }: RunKey, enabled = true) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "summaries"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/task-summaries", { params: { path: path({ dagId, runId }) } })),
    enabled,
  });
}

/** The newest runs of the same DAG. */
export function useNeighbours(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "newest-runs"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-run_after"] } } })),
  });
}

/** The run that was due before this one; asked where the newest runs do not tell. */
export function useRunBefore({ dagId, runId }: RunKey, enabled: boolean) {
  const { data: run } = useRun(dagId, runId);
  return useQuery({
    queryKey: keys.dag(dagId, "run-before", runId),
    queryFn: () =>
      data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 1, order_by: ["-run_after"], run_after_lt: run?.run_after ?? "" } } })),
    enabled: enabled && run !== undefined,
    select: (answer) => answer.dag_runs[0]?.dag_run_id ?? null,
  });
}

/** The asset events that made a run. */
export function useAssetEvents({ dagId, runId }: RunKey) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "asset-events"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/upstreamAssetEvents", { params: { path: path({ dagId, runId }) } })),
  });
}

const PAGE = 100;

/** What was done to a run and its tasks, the newest first. */
export function useRunEvents({ dagId, runId }: RunKey, order: string) {
  return useInfiniteQuery({
    queryKey: keys.run(dagId, runId, "events", order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/v2/eventLogs", { params: { query: { dag_id: dagId, run_id: runId, limit: PAGE, offset: pageParam, order_by: [order] } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

export interface ClearChoices {
  onlyFailed: boolean;
  onlyNew: boolean;
  latestVersion: boolean;
}

function clearBody(choices: ClearChoices, dryRun: boolean, note: string) {
  return {
    dry_run: dryRun,
    only_failed: choices.onlyFailed,
    only_new: choices.onlyNew,
    run_on_latest_version: choices.latestVersion,
    note: note || null,
  };
}

/** What clearing a run would run again. */
export function useClearPreview({ dagId, runId }: RunKey, choices: ClearChoices, enabled: boolean) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "clear-preview", choices),
    queryFn: async () => {
      const answer = await data(
        api.POST("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear", { params: { path: path({ dagId, runId }) }, body: clearBody(choices, true, "") }),
      );
      return "task_instances" in answer ? answer.task_instances.map(affected) : [];
    },
    enabled,
    staleTime: 0,
  });
}

/** The task instance as the dialogs show it. */
export function affected(one: { dag_run_id: string; task_id: string; map_index: number; state: string | null }): Affected {
  return { runId: one.dag_run_id, taskId: one.task_id, mapIndex: one.map_index, state: one.state };
}

/** After something was done to a run, all that shows it is asked again. */
export function useRenewed(): (dagId: string, runId: string) => Promise<unknown> {
  const client = useQueryClient();
  return (dagId, runId) =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.run(dagId, runId) }),
      client.invalidateQueries({ queryKey: keys.dag(dagId) }),
      client.invalidateQueries({ queryKey: keys.all("runs") }),
    ]);
}

/** Runs a whole run again, or what failed in it. */
export function useClearRun({ dagId, runId }: RunKey) {
  const renewed = useRenewed();
  return useMutation({
    mutationFn: ({ choices, note }: { choices: ClearChoices; note: string }) =>
      data(api.POST("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear", { params: { path: path({ dagId, runId }) }, body: clearBody(choices, false, note) })),
    onSettled: () => renewed(dagId, runId),
  });
}

/** Marks a run, or writes its note. */
export function useChangeRun({ dagId, runId }: RunKey) {
  const renewed = useRenewed();
  return useMutation({
    mutationFn: (change: { state: "success" | "failed" } | { note: string | null }) =>
      data(
        api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
          params: { path: path({ dagId, runId }), query: { update_mask: Object.keys(change) } },
          body: change as Schemas["DAGRunPatchBody"],
        }),
      ),
    onSettled: () => renewed(dagId, runId),
  });
}

/** Deletes a run, with all its task instances. */
export function useDeleteRun({ dagId, runId }: RunKey) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => data(api.DELETE("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", { params: { path: path({ dagId, runId }) } })),
    onSuccess: () => {
      client.removeQueries({ queryKey: keys.run(dagId, runId) });
      return Promise.all([client.invalidateQueries({ queryKey: keys.dag(dagId) }), client.invalidateQueries({ queryKey: keys.all("runs") })]);
    },
  });
}

/** Makes a new run with the conf of this one. */
export function useRunAgain() {
  const renewed = useRenewed();
  return useMutation({
    mutationFn: (run: Run) =>
      data(
        api.POST("/api/v2/dags/{dag_id}/dagRuns", {
          params: { path: { dag_id: run.dag_id } },
          body: { logical_date: null, conf: run.conf ?? {}, partition_key: run.partition_key } as Schemas["TriggerDAGRunPostBody"],
        }),
      ),
    onSuccess: (made) => renewed(made.dag_id, made.dag_run_id),
  });
}
