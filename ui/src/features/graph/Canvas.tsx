import { useMemo } from "react";

import { asLine, Diagram } from "@/components/Diagram";
import { type LineLook } from "@/components/DiagramLine";
import { type Layout } from "@/lib/layered";
import { stateColour, summaryState } from "@/lib/states";

import { countsOf, type GraphNode, GroupNode, OuterNode, TaskNode } from "./Nodes";
import { type Drawn, type DrawnEdge } from "./structure";
import { useOnGraph } from "./useGraph";

const NODES = { task: TaskNode, group: GroupNode, outer: OuterNode };
const LOOKS: Readonly<Record<DrawnEdge["kind"], readonly LineLook[]>> = { task: [], group: [], setup: ["dots"], outer: ["dashes"] };

interface CanvasProps {
  nodes: readonly Drawn[];
  edges: readonly DrawnEdge[];
  layout: Layout;
  label: string;
}

/** The drawing of a DAG. */
export function Canvas({ nodes, edges, layout, label }: CanvasProps) {
  const { critical, states, chosen } = useOnGraph();
  const made = useMemo(() => asNodes(nodes, layout), [nodes, layout]);
  const lines = useMemo(
    () =>
      edges.map((edge) => {
        const hot = edge.pairs.some(([source, target]) => critical.has(source) && critical.has(target));
        return asLine({ ...edge, looks: hot ? [...LOOKS[edge.kind], "hot"] : LOOKS[edge.kind] }, layout);
      }),
    [edges, layout, critical],
  );
  const colour = ({ data: { drawn } }: GraphNode) => {
    if (drawn.kind === "group" && !drawn.folded) return "transparent";
    return drawn.kind === "outer" ? "var(--line-strong)" : stateColour(summaryState(countsOf(drawn.tasks, states)));
  };
  return <Diagram nodes={made} edges={lines} nodeTypes={NODES} layout={layout} label={label} colour={colour} chosen={chosen} />;
}

function asNodes(nodes: readonly Drawn[], layout: Layout): GraphNode[] {
  return nodes.flatMap((drawn): GraphNode[] => {
    const box = layout.boxes.get(drawn.id);
    if (!box) return [];
    const open = drawn.kind === "group" && !drawn.folded;
    return [
      {
        id: drawn.id,
        type: drawn.kind,
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        data: { drawn },
        // Edges lie above the groups that they cross, and below tasks.
        zIndex: open ? drawn.depth : 1000,
        draggable: false,
      },
    ];
  });
}
