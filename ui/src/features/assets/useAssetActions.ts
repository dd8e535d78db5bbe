import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, data } from "@/api/client";

type Json = Record<string, unknown>;
/** What our document says of any object; it means that its names are not known. */
type AnyObject = Record<string, never>;

/** Has done to an asset what may start runs, and then lists over many asked again. */
function useChanging<Wish, Answer>(change: (wish: Wish) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["all"] }), client.invalidateQueries({ queryKey: ["dag"] })]),
  });
}

export interface MaterializeWish {
  conf: Json;
  partitionKey: string;
  note: string;
}

/** Runs the DAG that makes the asset. */
export function useMaterialize(assetId: number) {
  return useChanging(({ conf, partitionKey, note }: MaterializeWish) =>
    data(
      api.POST("/api/v2/assets/{asset_id}/materialize", {
        params: { path: { asset_id: assetId } },
        body: {
          conf: conf as AnyObject,
          partition_key: partitionKey || null,
          note: note || null,
          dag_run_id: null,
          data_interval_start: null,
          data_interval_end: null,
          logical_date: null,
          run_after: null,
        },
      }),
    ),
  );
}

export interface EventWish {
  extra: Json;
  partitionKey: string;
}

/** Says that somebody outside updated the asset. */
export function useCreateEvent(assetId: number) {
  return useChanging(({ extra, partitionKey }: EventWish) =>
    data(api.POST("/api/v2/assets/events", { body: { asset_id: assetId, extra: extra as AnyObject, partition_key: partitionKey || null, access_control: null } })),
  );
}

/** Has a DAG forget the update that it has not run for yet. */
export function useForget(assetId: number) {
  return useChanging((dagId: string) =>
    data(api.DELETE("/api/v2/dags/{dag_id}/assets/{asset_id}/queuedEvents", { params: { path: { dag_id: dagId, asset_id: assetId } } })),
  );
}
