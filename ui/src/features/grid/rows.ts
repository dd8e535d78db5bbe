/** The rows of the grid: the tree of groups and tasks, flattened as far as it is unfolded. */
import { type Schemas } from "@/api/client";

type Node = Schemas["UINode"];
/** The server leaves out what is as for most. */
export type GridNode = Pick<Node, "id" | "label" | "type"> & Partial<Pick<Node, "is_mapped" | "tasks" | "tooltip">> & { children?: readonly GridNode[] };

export interface GridRow {
  id: string;
  label: string;
  /** How many groups it lies in. */
  depth: number;
  group: boolean;
  /** Of a group: its children are rows, too. */
  open: boolean;
  mapped: boolean;
  /** How many tasks it stands for. */
  tasks: number;
  tooltip: string | null;
}

/** Which groups are unfolded: all or none, but for some. */
export interface Folding {
  fold?: "all" | "none" | undefined;
  /** Those that are otherwise than `fold` says. */
  groups?: readonly string[] | undefined;
}

/** Above so many tasks, groups are folded until somebody unfolds them. */
export const FOLDED_ABOVE = 300;

export function foldsAll({ fold }: Folding, taskCount: number): boolean {
  return fold === undefined ? taskCount > FOLDED_ABOVE : fold === "all";
}

/** The folding with that group the other way round. */
export function toggled({ groups = [], ...rest }: Folding, id: string): Folding {
  const others = groups.filter((group) => group !== id);
  const next = others.length === groups.length ? [...groups, id] : others;
  return { ...rest, groups: next.length > 0 ? next : undefined };
}

interface Walk {
  isOpen: (id: string) => boolean;
  /** Lower case; only what has it in its id or label, and what it lies in. */
  wanted: string;
}

/** The rows, from top to bottom. With `search`, groups with matches are unfolded whatever `folding` says. */
export function rowsOf(nodes: readonly GridNode[], folding: Folding, taskCount: number, search = ""): GridRow[] {
  const otherwise = new Set(folding.groups);
  const folded = foldsAll(folding, taskCount);
  const found: GridRow[] = [];
  walk(nodes, 0, found, { isOpen: (id) => folded === otherwise.has(id), wanted: search.trim().toLowerCase() });
  return found;
}

function walk(nodes: readonly GridNode[], depth: number, found: GridRow[], how: Walk): void {
  for (const node of nodes) {
    const group = node.type === "group";
    const fits = how.wanted === "" || node.id.toLowerCase().includes(how.wanted) || node.label.toLowerCase().includes(how.wanted);
    const place = found.length;
    const row = rowOf(node, depth, group && how.isOpen(node.id));
    if (how.wanted === "") {
      found.push(row);
      if (row.open) walk(node.children ?? [], depth + 1, found, how);
    } else {
      found.push(row);
      // Below a group that fits itself, its folding holds for what does not fit.
      walk(node.children ?? [], depth + 1, found, how);
      const inside = found.length > place + 1;
      if (!fits && !inside) found.length = place;
      else row.open = group && inside;
    }
  }
}

function rowOf(node: GridNode, depth: number, open: boolean): GridRow {
  return {
    id: node.id,
    label: node.label,
    depth,
    group: node.type === "group",
    open,
    mapped: node.is_mapped ?? false,
    tasks: node.tasks ?? 1,
    tooltip: node.tooltip ?? null,
  };
}
