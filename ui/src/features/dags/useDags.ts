import { keepPreviousData, type QueryClient, useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Dag = Schemas["DAGResponse"];

export interface DagFilter {
  q?: string | undefined;
  tag?: string[] | undefined;
  owner?: string[] | undefined;
  state?: string | undefined;
  paused?: boolean | undefined;
  favourite?: boolean | undefined;
  order?: string | undefined;
}

const PAGE = 100;

/** The DAGs that fit, a hundred at a time. */
export function useDags(filter: DagFilter) {
  return useInfiniteQuery({
    queryKey: keys.all("dags", filter),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/tradewind/ui/dags", {
          params: {
            query: {
              limit: PAGE,
              offset: pageParam,
              ...(filter.q ? { name_pattern: `%${filter.q}%` } : {}),
              ...(filter.tag?.length ? { tags: filter.tag, tags_match_mode: "all" as const } : {}),
              ...(filter.owner?.length ? { owners: filter.owner } : {}),
              ...(filter.paused === undefined ? {} : { paused: filter.paused }),
              ...(filter.favourite ? { is_favorite: true } : {}),
              ...(filter.state ? { last_dag_run_state: filter.state as "failed" } : {}),
              order_by: [filter.order ?? "dag_display_name"],
            },
          },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

export type RecentRun = Schemas["UIRecentRun"];

/** The last runs of these DAGs, by DAG, the oldest first; asked a page of the list at a time. */
export function useRecentRuns(pages: readonly (readonly string[])[], mayRead: boolean): ReadonlyMap<string, RecentRun[]> {
  return useQueries({
    queries: pages.map((dagIds) => ({
      queryKey: keys.all("runs", "recent", dagIds),
      queryFn: () => data(api.GET("/api/tradewind/ui/recent-runs", { params: { query: { dag_id: [...dagIds], limit: 14 } } })),
      placeholderData: keepPreviousData,
      enabled: mayRead,
    })),
    combine: byDag,
  });
}

function byDag(answers: readonly { data: Schemas["UIRecentRuns"] | undefined }[]): ReadonlyMap<string, RecentRun[]> {
  const all = answers.flatMap((answer) => answer.data?.dags ?? []);
  return new Map(all.map(({ dag_id, runs }) => [dag_id, [...runs].reverse()]));
}

/** Pauses and unpauses; the list shows it before the server has answered, and takes it back where it refuses. */
export function usePause() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ dagId, paused }: { dagId: string; paused: boolean }) =>
      data(api.PATCH("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } }, body: { is_paused: paused } })),
    onSettled: (_answer, _error, { dagId }) => again(client, dagId),
  });
}

/** The viewer's favourites. */
export function useFavourites(): ReadonlySet<string> {
  const { data: answer } = useQuery({
    queryKey: keys.all("dags", "favourites"),
    queryFn: () => data(api.GET("/api/v2/dags", { params: { query: { is_favorite: true, limit: 1000 } } })),
  });
  return new Set(answer?.dags.map((dag) => dag.dag_id));
}

/** Marks a DAG as a favourite of the viewer, or takes the mark away. */
export function useFavourite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ dagId, on }: { dagId: string; on: boolean }) =>
      on
        ? data(api.POST("/api/v2/dags/{dag_id}/favorite", { params: { path: { dag_id: dagId } } }))
        : data(api.POST("/api/v2/dags/{dag_id}/unfavorite", { params: { path: { dag_id: dagId } } })),
    onSettled: (_answer, _error, { dagId }) => again(client, dagId),
  });
}

/** Has the DAG's file read again now. */
export function useParse() {
  return useMutation({
    mutationFn: (fileToken: string) => data(api.PUT("/api/v2/parseDagFile/{file_token}", { params: { path: { file_token: fileToken } } })),
  });
}

/** Deletes a DAG with all that is known of it. */
export function useDelete() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (dagId: string) => data(api.DELETE("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["all"] }),
  });
}

function again(client: QueryClient, dagId: string): Promise<unknown> {
  return Promise.all([client.invalidateQueries({ queryKey: keys.all("dags") }), client.invalidateQueries({ queryKey: keys.dag(dagId) })]);
}
