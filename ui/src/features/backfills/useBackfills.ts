import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Backfill = Schemas["BackfillResponse"];
export type NewBackfill = Schemas["BackfillPostBody"];

const MOST = 100;

/** The backfills of a DAG, the newest first. */
export function useBackfills(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "backfills"),
    queryFn: () => data(api.GET("/api/v2/backfills", { params: { query: { dag_id: dagId, limit: MOST, order_by: ["-id"] } } })),
    select: (answer) => answer.backfills,
  });
}

export type Counts = Readonly<Record<string, number>>;

/** How the runs of each backfill stand, by its id. */
export function useProgress(dagId: string): ReadonlyMap<number, Counts> {
  const { data: answer } = useQuery({
    queryKey: keys.dag(dagId, "backfill-progress"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/backfills/progress", { params: { path: { dag_id: dagId } } })),
  });
  return new Map(answer?.backfills.map(({ backfill_id, states }) => [backfill_id, states]));
}

/** Which runs a backfill would make. */
export function usePreview(body: NewBackfill | undefined) {
  return useQuery({
    queryKey: keys.dag(body?.dag_id ?? "", "backfill-preview", body),
    queryFn: () => data(api.POST("/api/v2/backfills/dry_run", { body: body as NewBackfill })),
    enabled: body !== undefined,
  });
}

function useRenewed(dagId: string) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keys.dag(dagId) });
}

export function useCreate(dagId: string) {
  const renew = useRenewed(dagId);
  return useMutation({ mutationFn: (body: NewBackfill) => data(api.POST("/api/v2/backfills", { body })), onSuccess: renew });
}

export type Deed = "pause" | "unpause" | "cancel";

/** Pauses, unpauses or cancels a backfill. */
export function useDeed(dagId: string) {
  const renew = useRenewed(dagId);
  return useMutation({
    mutationFn: ({ id, deed }: { id: number; deed: Deed }) => data(api.PUT(`/api/v2/backfills/{backfill_id}/${deed}` as "/api/v2/backfills/{backfill_id}/pause", { params: { path: { backfill_id: id } } })),
    onSettled: renew,
  });
}
