import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

export type AssetInShort = Schemas["UIAsset"];
export type Asset = Schemas["AssetResponse"];
export type AssetEvent = Schemas["AssetEventResponse"];
export type Partition = Schemas["UIPartition"];
export type QueuedEvent = Schemas["QueuedEventResponse"];
export type AssetOrder = "name" | "-name" | "uri" | "-uri" | "group" | "-group";

export const ORDERS: readonly AssetOrder[] = ["name", "-name", "uri", "-uri", "group", "-group"];
const PAGE = 100;

/** The assets whose name, URI or group hold the text, a hundred at a time. */
export function useAssets(q: string, order: AssetOrder) {
  const { may } = useMe();
  return useInfiniteQuery({
    queryKey: keys.all("assets", "list", q, order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => data(api.GET("/api/tradewind/ui/assets", { params: { query: { q, order_by: order, limit: PAGE, offset: pageParam } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    enabled: may("asset", "read"),
  });
}

/** One asset, with who mentions it. */
export function useAsset(assetId: string) {
  const { may } = useMe();
  return useQuery({
    queryKey: keys.all("assets", "one", assetId),
    queryFn: () => data(api.GET("/api/v2/assets/{asset_id}", { params: { path: { asset_id: Number(assetId) } } })),
    enabled: may("asset", "read"),
  });
}

/** Assets and DAGs, and what leads to what: all, or what hangs together with one node. */
export function useAssetGraph(root: string | undefined) {
  return useQuery({
    queryKey: keys.all("assets", "graph", root),
    queryFn: () => data(api.GET("/api/tradewind/ui/asset-graph", { params: { query: root ? { root } : {} } })),
  });
}

/** The updates of an asset, the newest first. The runs that they started change too. */
export function useEvents(assetId: number) {
  return useInfiniteQuery({
    queryKey: keys.all("runs", "asset-events", assetId),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => data(api.GET("/api/v2/assets/events", { params: { query: { asset_id: assetId, order_by: ["-id"], limit: PAGE, offset: pageParam } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
  });
}

/** The partitions of an asset, and what became of them. */
export function usePartitions(assetId: number) {
  return useInfiniteQuery({
    queryKey: keys.all("runs", "asset-partitions", assetId),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/tradewind/ui/assets/{asset_id}/partitions", { params: { path: { asset_id: assetId }, query: { limit: PAGE, offset: pageParam } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total ? pages.length * PAGE : undefined),
  });
}

/** Which DAGs have an update of the asset, and wait for more before they run. */
export function useQueued(assetId: number) {
  return useQuery({
    queryKey: keys.all("runs", "asset-queue", assetId),
    queryFn: () => data(api.GET("/api/v2/assets/{asset_id}/queuedEvents", { params: { path: { asset_id: assetId } } })),
    select: (answer) => answer.queued_events,
  });
}
