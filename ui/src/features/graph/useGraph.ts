import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { type Direction } from "@/lib/layered";

import { layout } from "./layout";
import { type Drawn, type DrawnEdge } from "./structure";

export type Summary = Schemas["UITaskSummary"];
export type Summaries = Schemas["UITaskSummaries"];

/** Groups, tasks and edges of one version of a DAG; of the newest where none is named. */
export function useStructure(dagId: string, version: number | null | undefined, enabled: boolean) {
  return useQuery({
    queryKey: keys.dag(dagId, "structure", version ?? "newest"),
    queryFn: () =>
      data(api.GET("/api/tradewind/ui/dags/{dag_id}/structure", { params: { path: { dag_id: dagId }, query: version ? { version_number: version } : {} } })),
    enabled,
    staleTime: version ? Infinity : 5_000,
  });
}

/** The newest runs, to choose one of. */
export function useRuns(dagId: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.dag(dagId, "newest-runs"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-run_after"] } } })),
    enabled,
  });
}

/** The states of all tasks of a run. */
export function useSummaries(dagId: string, runId: string | undefined) {
  return useQuery({
    queryKey: keys.run(dagId, runId ?? "", "summaries"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/task-summaries", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } })),
    enabled: runId !== undefined,
  });
}

/** Where everything stands; kept while what is drawn stays the same. */
export function useLayout(dagId: string, nodes: readonly Drawn[], edges: readonly DrawnEdge[], direction: Direction) {
  const what = nodes.map((node) => node.id + (node.folded ? "+" : "")).join("\n") + "\n\n" + edges.map((edge) => edge.id).join("\n");
  return useQuery({
    queryKey: ["layout", dagId, direction, what],
    queryFn: () => layout(nodes, edges, direction),
    enabled: nodes.length > 0,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: (before) => before,
  });
}

/** What the nodes show of a run, and what can be done on them: apart from the nodes, so that these need not be made again. */
export interface OnGraph {
  dagId: string;
  runId: string | undefined;
  states: ReadonlyMap<string, Summary>;
  critical: ReadonlySet<string>;
  chosen: string | undefined;
  direction: Direction;
  onChoose: (taskId: string | undefined) => void;
  onFold: (groupId: string) => void;
}

export const GraphContext = createContext<OnGraph | null>(null);

export function useOnGraph(): OnGraph {
  const found = useContext(GraphContext);
  if (!found) throw new Error("There is no graph around this.");
  return found;
}
