import "@xyflow/react/dist/base.css";

import { Background, Handle, MarkerType, MiniMap, type Node, type NodeTypes, Panel, Position, ReactFlow, useReactFlow } from "@xyflow/react";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { type FocusEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { type Direction, type Layout } from "@/lib/layered";

import { IconButton } from "./Button";
import styles from "./Diagram.module.css";
import { type DiagramEdge, DiagramLine, type LineLook } from "./DiagramLine";

const EDGES = { line: DiagramLine };
const ARROW = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" };
/** So many can be seen at once: an overview would only cover some of them. */
const FEW = 25;
const FIT = { padding: 0.08, maxZoom: 1 };

interface DiagramProps<One extends Node> {
  nodes: One[];
  edges: DiagramEdge[];
  nodeTypes: NodeTypes;
  layout: Layout;
  label: string;
  /** Of a node on the small overview. */
  colour: (node: One) => string;
  /** In view at first, where not everything fits. */
  chosen?: string | undefined;
}

/** A drawing of boxes and lines: it can be moved, zoomed, and walked through with Tab. Stands inside a `ReactFlowProvider`. */
export function Diagram<One extends Node>({ nodes, edges, nodeTypes, layout, label, colour, chosen }: DiagramProps<One>) {
  const { t } = useTranslation();
  const flow = useReactFlow();
  useEffect(() => {
    const known = chosen !== undefined && layout.boxes.has(chosen);
    void flow.fitView({ ...FIT, duration: 0, ...(known && layout.boxes.size > 60 ? { nodes: [{ id: chosen }] } : {}) });
    // Only what is drawn moves the view: not what is chosen in it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [layout, flow]);
  return (
    <ReactFlow
      className={styles.diagram}
      aria-label={label}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={EDGES}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      deleteKeyCode={null}
      minZoom={0.04}
      maxZoom={2}
      onlyRenderVisibleElements={nodes.length > 300}
      fitView
      fitViewOptions={FIT}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={24} size={1} color="var(--line)" />
      <Zoom />
      {nodes.length > FEW && <MiniMap<One> pannable zoomable ariaLabel={t("diagram.map")} className={styles.map} nodeColor={colour} nodeStrokeColor="var(--line-strong)" nodeBorderRadius={8} bgColor="var(--surface)" maskColor="color-mix(in oklab, var(--bg) 75%, transparent)" />}
    </ReactFlow>
  );
}

function Zoom() {
  const { t } = useTranslation();
  const flow = useReactFlow();
  return (
    <Panel position="bottom-left" className={styles.zoom}>
      <IconButton label={t("diagram.zoomIn")} onClick={() => void flow.zoomIn({ duration: 150 })}>
        <ZoomIn />
      </IconButton>
      <IconButton label={t("diagram.zoomOut")} onClick={() => void flow.zoomOut({ duration: 150 })}>
        <ZoomOut />
      </IconButton>
      <IconButton label={t("diagram.fit")} onClick={() => void flow.fitView({ padding: 0.08, duration: 200 })}>
        <Maximize />
      </IconButton>
    </Panel>
  );
}

interface LineOf {
  id: string;
  source: string;
  target: string;
  label: string | null;
  looks: readonly LineLook[];
}

/** A line where the layout put it. */
export function asLine({ id, source, target, label, looks }: LineOf, layout: Layout): DiagramEdge {
  const markerEnd = looks.includes("hot") ? { ...ARROW, color: "var(--accent)" } : ARROW;
  return { id, source, target, type: "line", zIndex: 500, markerEnd, data: { label, looks, points: layout.lines.get(id), at: layout.labels.get(id) } };
}

/** Where lines end at a node. */
export function Ends({ direction }: { direction: Direction }) {
  return (
    <>
      <Handle type="target" position={direction === "LR" ? Position.Left : Position.Top} className={styles.handle} isConnectable={false} />
      <Handle type="source" position={direction === "LR" ? Position.Right : Position.Bottom} className={styles.handle} isConnectable={false} />
    </>
  );
}

/** Brings what the keyboard reached into view. */
export function useIntoView() {
  const flow = useReactFlow();
  return (id: string) => (event: FocusEvent<HTMLElement>) => {
    if (event.currentTarget.matches(":focus-visible")) void flow.fitView({ nodes: [{ id }], maxZoom: Math.max(0.8, flow.getZoom()), minZoom: 0.5, duration: 150 });
  };
}
