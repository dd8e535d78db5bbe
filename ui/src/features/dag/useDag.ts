import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type DagDetails = Schemas["DAGDetailsResponse"];

/** One DAG, with all that its file says of it. */
export function useDag(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "details"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/details", { params: { path: { dag_id: dagId } } })),
  });
}
