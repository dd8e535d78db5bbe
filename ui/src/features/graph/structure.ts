/** What of a DAG is drawn: which groups are folded, which tasks are asked for, and the edges between what then shows. */

/** A task or a group. What is as for most is left out of the server's answer. */
export interface Item {
  id: string;
  label: string;
  type: "task" | "group";
  operator?: string | null;
  is_mapped?: boolean;
  role?: "setup" | "teardown" | null;
  trigger_rule?: string;
  tooltip?: string | null;
  tasks?: number;
  children?: readonly Item[];
}

export interface Edge {
  source: string;
  target: string;
  label?: string | null;
  group?: boolean;
  is_setup_teardown?: boolean;
}

/** Something of another DAG, or an asset. */
export interface Relation {
  kind: "triggers" | "waits_for" | "marks" | "inlet" | "outlet" | "schedule";
  task_id?: string | null;
  dag_id?: string | null;
  asset?: string | null;
  uri?: string | null;
}

export interface Drawn {
  id: string;
  parent: string | null;
  depth: number;
  kind: "task" | "group" | "outer";
  item: Item | null;
  /** A group whose inside does not show. */
  folded: boolean;
  /** Of a group: all its tasks. */
  tasks: readonly string[];
  relation: Relation | null;
}

export interface DrawnEdge {
  id: string;
  source: string;
  target: string;
  label: string | null;
  kind: "task" | "group" | "setup" | "outer";
  /** The task edges that it stands for. */
  pairs: readonly (readonly [string, string])[];
}

/** The way from the outermost group to each thing, itself last. */
export function paths(items: readonly Item[], above: readonly string[] = [], found = new Map<string, readonly string[]>()): Map<string, readonly string[]> {
  for (const item of items) {
    const path = [...above, item.id];
    found.set(item.id, path);
    if (item.children) paths(item.children, path, found);
  }
  return found;
}

export function groupIds(items: readonly Item[]): string[] {
  return items.flatMap((item) => (item.type === "group" ? [item.id, ...groupIds(item.children ?? [])] : []));
}

export function tasksOf(item: Item): string[] {
  return item.type === "task" ? [item.id] : (item.children ?? []).flatMap(tasksOf);
}

/** The tasks within so many steps of one, it included. */
export function around(edges: readonly Edge[], taskId: string, way: "up" | "down" | "both", depth: number): Set<string> {
  const found = new Set([taskId]);
  if (way !== "down") walk(edges, taskId, depth, found, (edge) => [edge.target, edge.source]);
  if (way !== "up") walk(edges, taskId, depth, found, (edge) => [edge.source, edge.target]);
  return found;
}

function walk(edges: readonly Edge[], from: string, depth: number, found: Set<string>, ends: (edge: Edge) => [string, string]): void {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    if (edge.group) continue;
    const [near, far] = ends(edge);
    next.set(near, [...(next.get(near) ?? []), far]);
  }
  const seen = new Set([from]);
  let rim = [from];
  for (let step = 0; step < depth && rim.length > 0; step += 1) {
    rim = rim.flatMap((task) => next.get(task) ?? []).filter((task) => !seen.has(task) && Boolean(seen.add(task)));
    for (const task of rim) found.add(task);
  }
}

/** What shows where these groups are folded; only tasks of `only`, where it is given. */
export function drawn(items: readonly Item[], folded: ReadonlySet<string>, only: ReadonlySet<string> | null, parent: string | null = null, depth = 0): Drawn[] {
  return items.flatMap((item): Drawn[] => {
    const tasks = tasksOf(item).filter((task) => !only || only.has(task));
    if (tasks.length === 0) return [];
    const base = { id: item.id, parent, depth, item, relation: null };
    if (item.type === "task") return [{ ...base, kind: "task", folded: false, tasks }];
    const closed = folded.has(item.id);
    return [{ ...base, kind: "group", folded: closed, tasks }, ...(closed ? [] : drawn(item.children ?? [], folded, only, item.id, depth + 1))];
  });
}

/** The edges between what shows. Those of tasks in a folded group lead to the group; where groups as a whole follow each other, one edge says so. */
export function drawnEdges(edges: readonly Edge[], shown: ReadonlyMap<string, Drawn>, ways: ReadonlyMap<string, readonly string[]>): DrawnEdge[] {
  const visible = (id: string) => ways.get(id)?.findLast((step) => shown.has(step));
  const wholes = edges.filter((edge) => edge.group && shown.has(edge.source) && shown.has(edge.target));
  const whole = new Set(wholes.map(({ source, target }) => pairKey(source, target)));
  const found = new Map<string, DrawnEdge & { pairs: (readonly [string, string])[] }>();
  for (const { source, target, label } of wholes) {
    found.set(pairKey(source, target), { id: pairKey(source, target), source, target, label: label ?? null, kind: "group", pairs: [] });
  }
  for (const edge of edges) {
    if (edge.group || !shownPair(edge, visible)) continue;
    const ends = coveredBy(edge, whole, ways) ?? ([visible(edge.source), visible(edge.target)] as [string, string]);
    const [source, target] = ends;
    if (source === target || ways.get(target)?.includes(source) || ways.get(source)?.includes(target)) continue;
    const id = pairKey(source, target);
    const known = found.get(id);
    if (known) known.pairs.push([edge.source, edge.target]);
    else found.set(id, { id, source, target, label: edge.label ?? null, kind: edge.is_setup_teardown ? "setup" : "task", pairs: [[edge.source, edge.target]] });
  }
  return [...found.values()];
}

const pairKey = (source: string, target: string) => `${source} → ${target}`;

/** Both ends, or something that holds them, show. A task that is filtered out has a group that shows, but is not in it. */
function shownPair(edge: Edge, visible: (id: string) => string | undefined): boolean {
  return visible(edge.source) !== undefined && visible(edge.target) !== undefined;
}

/** The edge between groups as a whole that this one is a part of. */
function coveredBy(edge: Edge, whole: ReadonlySet<string>, ways: ReadonlyMap<string, readonly string[]>): [string, string] | undefined {
  if (whole.size === 0) return undefined;
  for (const source of ways.get(edge.source) ?? []) {
    for (const target of ways.get(edge.target) ?? []) {
      if (whole.has(pairKey(source, target))) return [source, target];
    }
  }
  return undefined;
}

/** Edges between tasks that are asked for only. */
export function within(edges: readonly Edge[], only: ReadonlySet<string> | null): Edge[] {
  return only ? edges.filter((edge) => edge.group === true || (only.has(edge.source) && only.has(edge.target))) : [...edges];
}

const BEFORE = new Set<Relation["kind"]>(["waits_for", "inlet", "schedule"]);

/** Other DAGs and assets as nodes around this DAG, with their edges. What starts the DAG as a whole leads to its first tasks. */
export function outer(relations: readonly Relation[], shown: ReadonlyMap<string, Drawn>, ways: ReadonlyMap<string, readonly string[]>, roots: readonly string[]): { nodes: Drawn[]; edges: DrawnEdge[] } {
  const nodes = new Map<string, Drawn>();
  const edges = new Map<string, DrawnEdge>();
  for (const relation of relations) {
    const ends = relation.task_id ? [ways.get(relation.task_id)?.findLast((step) => shown.has(step))] : roots;
    const before = BEFORE.has(relation.kind);
    // One thing may stand both before and after: as two nodes, so that no circle is drawn.
    const id = `${before ? "before" : "after"}:${relation.dag_id ? "dag" : "asset"}:${relation.dag_id ?? relation.uri ?? relation.asset ?? ""}`;
    for (const end of ends) {
      if (end === undefined) continue;
      nodes.set(id, { id, parent: null, depth: 0, kind: "outer", item: null, folded: false, tasks: [], relation });
      const [source, target] = before ? [id, end] : [end, id];
      edges.set(pairKey(source, target), { id: pairKey(source, target), source, target, label: null, kind: "outer", pairs: [] });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** What nothing that shows leads to. */
export function rootsOf(nodes: readonly Drawn[], edges: readonly DrawnEdge[]): string[] {
  const led = new Set(edges.map((edge) => edge.target));
  return nodes.filter((node) => node.parent === null && !led.has(node.id) && !nodes.some((inner) => inner.parent === node.id && led.has(inner.id))).map((node) => node.id);
}
