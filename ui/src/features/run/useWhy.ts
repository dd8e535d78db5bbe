import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import { type RunKey } from "./useRun";

export type Why = Schemas["UIWhy"];
export type Reason = Schemas["UIReason"];
export type WaitingTask = Schemas["UIWaitingTask"];

/** What each task of a run waits for; of a failed run, what failed first. */
export function useWhy({ dagId, runId }: RunKey, enabled: boolean) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "why"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/why", { params: { path: { dag_id: dagId, dag_run_id: runId } } })),
    enabled,
  });
}
