import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Pool = Schemas["PoolResponse"];
export type TaskInstance = Schemas["TaskInstanceResponse"];

const PAGE = 100;
const SHOWN = 200;
const ALL = "/api/v2/pools";
const ONE = "/api/v2/pools/{pool_name}";
const KIND = "pools";
/** Holds a slot, or waits for one. */
const INSIDE = ["running", "restarting", "queued", "deferred", "scheduled"];

/** The pools that fit, by name, and who holds their slots. */
export function usePools(text: string) {
  return useInfiniteQuery({
    queryKey: keys.all(KIND, text),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => data(api.GET(ALL, { params: { query: { limit: PAGE, offset: pageParam, order_by: ["name"], ...(text ? { pool_name_pattern: `%${text}%` } : {}) } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    select: ({ pages }) => ({ pools: pages.flatMap((page) => page.pools), total: pages[0]?.total_entries ?? 0 }),
  });
}

/** The task instances that hold slots of a pool or wait for one; of many, those that waited longest. */
export function useInside(pool: string) {
  return useQuery({
    queryKey: keys.all(KIND, "inside", pool),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
          params: { path: { dag_id: "~", dag_run_id: "~" }, query: { pool: [pool], state: INSIDE, limit: SHOWN, order_by: ["run_after"] } },
        }),
      ),
  });
}

export interface Wish {
  name: string;
  slots: number;
  description: string | null;
  include_deferred: boolean;
}

export type PoolChange = { kind: "create" | "edit"; wish: Wish } | { kind: "delete"; name: string };

function send(change: PoolChange): Promise<unknown> {
  if (change.kind === "delete") return data(api.DELETE(ONE, { params: { path: { pool_name: change.name } } }));
  const { name, ...rest } = change.wish;
  if (change.kind === "create") return data(api.POST(ALL, { body: change.wish }));
  return data(api.PATCH(ONE, { params: { path: { pool_name: name } }, body: rest }));
}

/** Makes, changes or deletes a pool. */
export function useChange() {
  const client = useQueryClient();
  return useMutation({ mutationFn: send, onSettled: () => client.invalidateQueries({ queryKey: keys.all(KIND) }) });
}
