import { useQuery } from "@tanstack/react-query";

import { api, data } from "@/api/client";
import { keys } from "@/lib/keys";

/** The newest runs of a DAG in short, the oldest of them first. */
export function useLastRuns(dagId: string, limit: number) {
  return useQuery({
    queryKey: keys.dag(dagId, "last-runs", limit),
    queryFn: () => data(api.GET("/api/tradewind/ui/recent-runs", { params: { query: { dag_id: [dagId], limit } } })),
    select: (answer) => [...(answer.dags[0]?.runs ?? [])].reverse(),
  });
}
