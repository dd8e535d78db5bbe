import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";

import { type Schemas } from "@/api/client";
import { type Direction } from "@/lib/layered";

import { layout } from "./layout";
import { type Drawn, type DrawnEdge } from "./structure";

export type Summary = Schemas["UITaskSummary"];
export type Summaries = Schemas["UITaskSummaries"];

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
