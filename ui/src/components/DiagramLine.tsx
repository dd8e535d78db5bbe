import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";

import { cx } from "@/lib/format";
import { type Point } from "@/lib/layered";

import styles from "./Diagram.module.css";

/** How a line is drawn: `dots` for what only orders, `dashes` for what leads out of the picture, `hot` for what stands out. */
export type LineLook = "dots" | "dashes" | "hot";
export type DiagramEdge = Edge<{ label: string | null; looks: readonly LineLook[]; points: readonly Point[] | undefined; at: Point | undefined }>;

/** An edge along the way that the layout found for it. */
export function DiagramLine(props: EdgeProps<DiagramEdge>) {
  const { data, markerEnd } = props;
  if (!data) return null;
  const [straight, middleX, middleY] = getSmoothStepPath(props);
  const { points, at, label, looks } = data;
  const path = points && points.length > 1 ? rounded(points) : straight;
  return (
    <>
      <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} className={cx(styles.edge, ...looks.map((look) => styles[look]))} />
      {label && (
        <EdgeLabelRenderer>
          <div className={styles.label} style={{ transform: `translate(-50%, -50%) translate(${at?.x ?? middleX}px, ${at?.y ?? middleY}px)` }}>
            {label}
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
