import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Trends = Schemas["UITrends"];
export type TrendRun = Schemas["UITrendRun"];
export type TaskTrend = Schemas["UITaskTrend"];

/** How long the newest runs and their tasks took. */
export function useTrends(dagId: string, limit: number) {
  return useQuery({
    queryKey: keys.dag(dagId, "trends", limit),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/trends", { params: { path: { dag_id: dagId }, query: { limit } } })),
    placeholderData: keepPreviousData,
  });
}
