/** Where everything stands: by ELK's layers in a worker; plain layers where there is too much for it. */
import ELK, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk-api.js";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

/** Something to be drawn, as large as it must be. */
export interface LayoutNode {
  id: string;
  /** Inside of which other one it is drawn. */
  parent: string | null;
  width: number;
  /** Others are inside: it becomes as large as they need, and at least as wide as `width`. */
  open: boolean;
}

export interface LayoutEdge {
  id: string;
  source: string;
  target: string;
  label: string | null;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  boxes: ReadonlyMap<string, Box>;
  /** The corners of each edge; of one that has none, a straight line is drawn. */
  lines: ReadonlyMap<string, readonly Point[]>;
  labels: ReadonlyMap<string, Point>;
}

export type Direction = "LR" | "TB";

const HEIGHT = 52;
/** More nodes than this are laid out plainly: ELK would take long. */
export const MOST_FOR_ELK = 1200;

const elk = (() => {
  let made: InstanceType<typeof ELK> | undefined;
  return () => (made ??= new ELK({ workerUrl, workerFactory: (url) => new Worker(url ?? workerUrl) }));
})();

/** Loads the worker while what is to be drawn is still being asked for. */
export function warm(): void {
  elk();
}

const [NARROWEST, WIDEST, STEP] = [180, 300, 40];

/** How wide a node must be for its words, roughly: in steps, so that most are as wide as their neighbours. With room for more beside its second line. */
export function widthFor(words: string, beside = false): number {
  let wide = 0;
  for (const letter of words) wide += letter.charCodeAt(0) > 0x2e80 ? 14 : 7.6;
  return Math.min(WIDEST, Math.max(NARROWEST + (beside ? STEP : 0), Math.ceil((wide + 60) / STEP) * STEP));
}

export async function layout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], direction: Direction): Promise<Layout> {
  if (nodes.length > MOST_FOR_ELK) return plain(nodes, edges, direction);
  return placed(await elk().layout(asElk(nodes, edges, direction)));
}

function asElk(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], direction: Direction): ElkNode {
  const made = new Map<string, ElkNode>();
  const root: ElkNode = {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": direction === "LR" ? "RIGHT" : "DOWN",
      "elk.hierarchyHandling": "INCLUDE_CHILDREN",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.layered.spacing.nodeNodeBetweenLayers": "56",
      "elk.layered.spacing.edgeNodeBetweenLayers": "20",
      "elk.spacing.nodeNode": "24",
      "elk.spacing.edgeNode": "16",
      "elk.spacing.edgeEdge": "10",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "ROOT",
    },
    children: [],
    edges: edges.map((edge): ElkExtendedEdge => ({
      id: edge.id,
      sources: [edge.source],
      targets: [edge.target],
      labels: edge.label ? [{ id: `${edge.id} label`, text: edge.label, width: edge.label.length * 6.6 + 12, height: 20 }] : [],
    })),
  };
  for (const node of nodes) {
    const inner: ElkNode = node.open
      ? { id: node.id, children: [], layoutOptions: { "elk.padding": "[top=46,left=18,bottom=18,right=18]", "elk.nodeSize.constraints": "MINIMUM_SIZE", "elk.nodeSize.minimum": `(${node.width}, 80)` } }
      : { id: node.id, width: node.width, height: HEIGHT };
    made.set(node.id, inner);
    ((node.parent ? made.get(node.parent) : undefined) ?? root).children?.push(inner);
  }
  return root;
}

function placed(root: ElkNode): Layout {
  const boxes = new Map<string, Box>();
  const put = (node: ElkNode) => {
    boxes.set(node.id, { x: node.x ?? 0, y: node.y ?? 0, width: node.width ?? 0, height: node.height ?? 0 });
    node.children?.forEach(put);
  };
  root.children?.forEach(put);
  const lines = new Map<string, readonly Point[]>();
  const labels = new Map<string, Point>();
  for (const edge of root.edges ?? []) {
    const section = edge.sections?.[0];
    if (section) lines.set(edge.id, [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
    const label = edge.labels?.[0];
    if (label?.x !== undefined && label.y !== undefined) labels.set(edge.id, { x: label.x + (label.width ?? 0) / 2, y: label.y + (label.height ?? 0) / 2 });
  }
  return { boxes, lines, labels };
}

/** Layers by the longest way from the start, without a look at crossings. Open groups are not drawn around their tasks. */
export function plain(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], direction: Direction): Layout {
  const leaves = nodes.filter((node) => !node.open);
  const ranks = rank(leaves.map((node) => node.id), edges);
  const rows = new Map<number, number>();
  const boxes = new Map<string, Box>();
  for (const node of leaves) {
    const layer = ranks.get(node.id) ?? 0;
    const row = rows.get(layer) ?? 0;
    rows.set(layer, row + 1);
    const [along, across] = direction === "LR" ? [layer * 380, row * (HEIGHT + 20)] : [row * 320, layer * (HEIGHT + 70)];
    boxes.set(node.id, { x: along, y: across, width: node.width, height: HEIGHT });
  }
  return { boxes, lines: new Map(), labels: new Map() };
}

function rank(ids: readonly string[], edges: readonly LayoutEdge[]): Map<string, number> {
  const below = new Map<string, string[]>(ids.map((id) => [id, []]));
  const missing = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const { source, target } of edges) {
    if (!below.has(source) || !missing.has(target)) continue;
    below.get(source)?.push(target);
    missing.set(target, (missing.get(target) ?? 0) + 1);
  }
  const ranks = new Map<string, number>();
  let free = ids.filter((id) => missing.get(id) === 0);
  for (const id of free) ranks.set(id, 0);
  while (free.length > 0) {
    const next: string[] = [];
    for (const id of free) {
      for (const target of below.get(id) ?? []) {
        ranks.set(target, Math.max(ranks.get(target) ?? 0, (ranks.get(id) ?? 0) + 1));
        missing.set(target, (missing.get(target) ?? 0) - 1);
        if (missing.get(target) === 0) next.push(target);
      }
    }
    free = next;
  }
  return ranks;
}
