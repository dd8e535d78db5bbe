import "@xyflow/react/dist/base.css";

import { Background, MarkerType, MiniMap, Panel, ReactFlow, useReactFlow } from "@xyflow/react";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { stateColour, summaryState } from "@/lib/states";

import styles from "./Graph.module.css";
import { type Layout } from "./layout";
import { type GraphEdge, Line } from "./Line";
import { countsOf, type GraphNode, GroupNode, OuterNode, TaskNode } from "./Nodes";
import { type Drawn, type DrawnEdge } from "./structure";
import { useOnGraph } from "./useGraph";

const NODES = { task: TaskNode, group: GroupNode, outer: OuterNode };
const EDGES = { line: Line };
const ARROW = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" };

interface CanvasProps {
  nodes: readonly Drawn[];
  edges: readonly DrawnEdge[];
  layout: Layout;
  label: string;
}

/** The drawing: it can be moved, zoomed, and walked through with Tab. */
export function Canvas({ nodes, edges, layout, label }: CanvasProps) {
  const { critical, states, chosen } = useOnGraph();
  const flow = useReactFlow();
  const made = useMemo(() => asNodes(nodes, layout), [nodes, layout]);
  const lines = useMemo(() => asEdges(edges, layout, critical), [edges, layout, critical]);
  useEffect(() => {
    const known = chosen !== undefined && layout.boxes.has(chosen);
    void flow.fitView({ padding: 0.08, maxZoom: 1, duration: 0, ...(known && layout.boxes.size > 60 ? { nodes: [{ id: chosen }] } : {}) });
    // Only what is drawn moves the view: not what is chosen in it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [layout, flow]);
  return (
    <ReactFlow
      aria-label={label}
      nodes={made}
      edges={lines}
      nodeTypes={NODES}
      edgeTypes={EDGES}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      deleteKeyCode={null}
      minZoom={0.04}
      maxZoom={2}
      onlyRenderVisibleElements={made.length > 300}
      fitView
      fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={24} size={1} color="var(--line)" />
      <Zoom />
      <Little colour={(drawn) => (drawn.kind === "outer" ? "var(--line-strong)" : stateColour(summaryState(countsOf(drawn.tasks, states))))} />
    </ReactFlow>
  );
}

function Little({ colour }: { colour: (drawn: Drawn) => string }) {
  const { t } = useTranslation("graph");
  const fill = (node: GraphNode) => (node.data.drawn.kind === "group" && !node.data.drawn.folded ? "transparent" : colour(node.data.drawn));
  return <MiniMap<GraphNode> pannable zoomable ariaLabel={t("map")} className={styles.map} nodeColor={fill} nodeStrokeColor="var(--line-strong)" nodeBorderRadius={8} bgColor="var(--surface)" maskColor="color-mix(in oklab, var(--bg) 75%, transparent)" />;
}

function Zoom() {
  const { t } = useTranslation("graph");
  const flow = useReactFlow();
  return (
    <Panel position="bottom-left" className={styles.zoom}>
      <IconButton label={t("zoomIn")} onClick={() => void flow.zoomIn({ duration: 150 })}>
        <ZoomIn />
      </IconButton>
      <IconButton label={t("zoomOut")} onClick={() => void flow.zoomOut({ duration: 150 })}>
        <ZoomOut />
      </IconButton>
      <IconButton label={t("fit")} onClick={() => void flow.fitView({ padding: 0.08, duration: 200 })}>
        <Maximize />
      </IconButton>
    </Panel>
  );
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

function asEdges(edges: readonly DrawnEdge[], layout: Layout, critical: ReadonlySet<string>): GraphEdge[] {
  return edges.map((drawn) => {
    const hot = drawn.pairs.some(([source, target]) => critical.has(source) && critical.has(target));
    return {
      id: drawn.id,
      source: drawn.source,
      target: drawn.target,
      type: "line",
      zIndex: 500,
      markerEnd: hot ? { ...ARROW, color: "var(--accent)" } : ARROW,
      data: { drawn, points: layout.lines.get(drawn.id), at: layout.labels.get(drawn.id), critical: hot },
    };
  });
}
