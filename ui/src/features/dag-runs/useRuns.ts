import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { startOfDay } from "@/lib/time";

export type Run = Schemas["DAGRunResponse"];

export interface RunsFilter {
  state?: string | undefined;
  type?: string | undefined;
  /** A part of the run id. */
  q?: string | undefined;
  /** Days, in the viewer's zone. */
  from?: string | undefined;
  to?: string | undefined;
  order?: string | undefined;
}

const PAGE = 100;

/** The runs that fit, a hundred at a time; the days of the filter are those of `zone`. */
export function useRuns(dagId: string, filter: RunsFilter, zone: string) {
  const from = filter.from && startOfDay(filter.from, zone);
  const until = filter.to && startOfDay(filter.to, zone, 1);
  return useInfiniteQuery({
    queryKey: keys.dag(dagId, "runs", filter, from, until),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: {
            path: { dag_id: dagId },
            query: {
              limit: PAGE,
              offset: pageParam,
              order_by: [filter.order ?? "-run_after"],
              ...(filter.state ? { state: [filter.state as Run["state"]] } : {}),
              ...(filter.type ? { run_type: [filter.type as Run["run_type"]] } : {}),
              ...(filter.q ? { run_id_pattern: `%${filter.q}%` } : {}),
              ...(from ? { run_after_gte: from } : {}),
              ...(until ? { run_after_lt: until } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < (last.total_entries ?? 0) ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

export type Deed = "clear" | "clearFailed" | "success" | "failed" | "delete";

/** How many task instances would run again. */
export function useClearPreview(dagId: string, runIds: readonly string[], onlyFailed: boolean, enabled: boolean) {
  return useQuery({
    queryKey: keys.dag(dagId, "clear-preview", runIds, onlyFailed),
    queryFn: () => clear(dagId, runIds, onlyFailed, true),
    enabled,
    select: (answer) => answer.total_entries,
  });
}

function clear(dagId: string, runIds: readonly string[], onlyFailed: boolean, dryRun: boolean) {
  const runs = runIds.map((id) => ({ dag_run_id: id, dag_id: null, state: null }));
  const body = { dag_runs: runs, only_failed: onlyFailed, dry_run: dryRun, only_new: false, partition_key: null, partition_date_start: null, partition_date_end: null, run_on_latest_version: null, note: null };
  return data(api.POST("/api/v2/dags/{dag_id}/clearDagRuns", { params: { path: { dag_id: dagId } }, body }));
}

async function carryOut(dagId: string, runIds: readonly string[], deed: Deed): Promise<string[]> {
  if (deed === "clear" || deed === "clearFailed") {
    await clear(dagId, runIds, deed === "clearFailed", false);
    return [];
  }
  const action =
    deed === "delete"
      ? { action: "delete" as const, entities: [...runIds], action_on_non_existence: "skip" as const }
      : { action: "update" as const, entities: runIds.map((id) => ({ dag_run_id: id, dag_id: null, state: deed })), action_on_non_existence: "skip" as const, update_mask: ["state"] };
  const answer = await data(api.PATCH("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId } }, body: { actions: [action] } }));
  const errors: readonly Record<string, unknown>[] = (answer.delete ?? answer.update)?.errors ?? [];
  return errors.map(({ error }) => (typeof error === "string" ? error : JSON.stringify(error)));
}

/** Does something to several runs; answers what the server refused. */
export function useBulk(dagId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ runIds, deed }: { runIds: readonly string[]; deed: Deed }) => carryOut(dagId, runIds, deed),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.dag(dagId) }),
        client.invalidateQueries({ queryKey: ["run", dagId] }),
        client.invalidateQueries({ queryKey: ["all"] }),
      ]),
  });
}
