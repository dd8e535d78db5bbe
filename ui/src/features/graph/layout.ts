/** Where the tasks of a DAG and their groups stand. */
import { type Direction, type Layout, layout as layered, widthFor } from "@/lib/layered";

import { type Drawn, type DrawnEdge } from "./structure";

export function layout(nodes: readonly Drawn[], edges: readonly DrawnEdge[], direction: Direction): Promise<Layout> {
  return layered(
    nodes.map((node) => ({ id: node.id, parent: node.parent, width: widthOf(node), open: node.kind === "group" && !node.folded })),
    edges,
    direction,
  );
}

function widthOf({ kind, item, relation }: Drawn): number {
  const words = item?.label ?? relation?.dag_id ?? relation?.asset ?? relation?.uri ?? "";
  return widthFor(words, kind === "group" || item?.is_mapped === true); // "8/8 success", and what it is
}
