import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";

import { cx } from "@/lib/format";

import styles from "./Graph.module.css";
import { type Point } from "./layout";
import { type DrawnEdge } from "./structure";

export type GraphEdge = Edge<{ drawn: DrawnEdge; points: readonly Point[] | undefined; at: Point | undefined; critical: boolean }>;

/** An edge along the way that the layout found for it. */
export function Line(props: EdgeProps<GraphEdge>) {
  const { data, markerEnd } = props;
  if (!data) return null;
  const [straight, middleX, middleY] = getSmoothStepPath(props);
  const path = data.points && data.points.length > 1 ? rounded(data.points) : straight;
  const { drawn, at, critical } = data;
  return (
    <>
      <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} className={cx(styles.edge, drawn.kind === "setup" && styles.ordering, drawn.kind === "outer" && styles.beyond, critical && styles.criticalEdge)} />
      {drawn.label && (
        <EdgeLabelRenderer>
          <div className={styles.label} style={{ transform: `translate(-50%, -50%) translate(${at?.x ?? middleX}px, ${at?.y ?? middleY}px)` }}>
            {drawn.label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const RADIUS = 8;

/** An SVG path through these points, its corners rounded. */
export function rounded(points: readonly Point[]): string {
  const parts = points.map((point, place) => {
    const before = points[place - 1];
    const after = points[place + 1];
    if (!before) return `M${point.x},${point.y}`;
    if (!after) return `L${point.x},${point.y}`;
    const enter = towards(point, before);
    const leave = towards(point, after);
    return `L${enter.x},${enter.y}Q${point.x},${point.y} ${leave.x},${leave.y}`;
  });
  return parts.join("");
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const step = Math.min(RADIUS, length / 2) / length;
  return { x: from.x + (to.x - from.x) * step, y: from.y + (to.y - from.y) * step };
}
