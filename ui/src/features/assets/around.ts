/** What of the graph of assets is shown. */

export interface GraphNodeData {
  id: string;
  type: "asset" | "dag";
  label: string;
  uri?: string | null;
}

export interface GraphEdgeData {
  source: string;
  target: string;
  kind: "outlet" | "schedule" | "inlet";
}

export interface AssetGraphData {
  nodes: readonly GraphNodeData[];
  edges: readonly GraphEdgeData[];
}

/** The nodes whose name or URI holds the text, and what they are linked with; everything without a text. */
export function matching({ nodes, edges }: AssetGraphData, q: string): AssetGraphData {
  const text = q.trim().toLowerCase();
  if (!text) return { nodes, edges };
  const hit = new Set(nodes.filter((node) => `${node.label} ${node.uri ?? ""}`.toLowerCase().includes(text)).map((node) => node.id));
  const kept = edges.filter((edge) => hit.has(edge.source) || hit.has(edge.target));
  const near = new Set([...hit, ...kept.flatMap((edge) => [edge.source, edge.target])]);
  return { nodes: nodes.filter((node) => near.has(node.id)), edges: kept };
}

/** One line for each pair: a DAG that is scheduled by what its tasks read too has two reasons, and one line. */
export function lines(edges: readonly GraphEdgeData[]): (GraphEdgeData & { id: string })[] {
  const found = new Map<string, GraphEdgeData & { id: string }>();
  for (const edge of edges) {
    const id = `${edge.source} → ${edge.target}`;
    if (!found.has(id) || edge.kind !== "inlet") found.set(id, { ...edge, id });
  }
  return [...found.values()];
}

/** What a node's id names: `asset:7` or `dag:some_dag`. */
export function named(id: string): string {
  return id.slice(id.indexOf(":") + 1);
}
