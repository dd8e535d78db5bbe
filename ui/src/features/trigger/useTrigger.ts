import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, ApiError, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { refusedParam } from "@/lib/params";

export type PastRun = Schemas["DAGRunResponse"];

const PAST = 15;

/** The last runs, whose values may be taken again. */
export function usePastRuns(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "past-confs"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: PAST, order_by: ["-id"] } } })),
    select: (answer) => answer.dag_runs,
  });
}

/** The run to do again, where there is one. */
export function useRunToRepeat(dagId: string, runId: string | undefined) {
  return useQuery({
    queryKey: keys.run(dagId, runId ?? "", "run"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } })),
    enabled: runId !== undefined,
  });
}

export interface Wish {
  body: Schemas["TriggerDAGRunPostBody"];
  unpause: boolean;
}

/** Makes a run; a paused DAG is unpaused first where that is wished for, so that a second try makes no second run. */
export function useTrigger(dagId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ body, unpause }: Wish) => {
      const path = { dag_id: dagId };
      if (unpause) await data(api.PATCH("/api/v2/dags/{dag_id}", { params: { path }, body: { is_paused: false } }));
      return data(api.POST("/api/v2/dags/{dag_id}/dagRuns", { params: { path }, body }));
    },
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.dag(dagId) }), client.invalidateQueries({ queryKey: ["all"] })]),
  });
}

/** What the server refused, at the field that it is about; under "" where it is about none. */
export function refusals(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return {};
  if (error instanceof ApiError && Object.keys(error.fields).length > 0) return { ...error.fields };
  const refused = refusedParam(error.message);
  return refused ? { [refused.name]: refused.text } : { "": error.message };
}
