import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Version = Schemas["DagVersionResponse"];

/** The stored versions of a DAG, the newest first. */
export function useVersions(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "versions"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagVersions", { params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-version_number"] } } })),
  });
}

/** The text of the file that a version was read from. It never changes. */
export function useSource(dagId: string, version: number | undefined) {
  return useQuery({
    queryKey: keys.all("source", dagId, version),
    enabled: version !== undefined,
    staleTime: Infinity,
    queryFn: async () => {
      const params = { path: { dag_id: dagId }, query: { version_number: version ?? null } };
      const answer = await data(api.GET("/api/v2/dagSources/{dag_id}", { params, headers: { Accept: "application/json" } }));
      return typeof answer === "string" ? answer : (answer.content ?? "");
    },
  });
}

const FEW = 8;

/** The newest runs that used a version, and how many there are. */
export function useRunsOf(dagId: string, version: number | undefined) {
  return useQuery({
    queryKey: keys.dag(dagId, "runs", "of version", version),
    enabled: version !== undefined,
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: { path: { dag_id: dagId }, query: { dag_version: [version ?? 0], limit: FEW, order_by: ["-run_after"] } },
        }),
      ),
  });
}
