/** What a role may, as a table: what it may be done to, and what may be done. */
import type { Schemas } from "@/api/client";

export type Pair = Schemas["PermissionBody"];

export const ACTIONS = ["can_read", "can_create", "can_edit", "can_delete"] as const;
/** Before a name: one DAG, its runs, DAGs of a tag, DAGs of a team. */
export const PREFIXES = ["DAG:", "DAG Run:", "Tag:", "Team:"] as const;

const FIRST = [
  "DAGs", "DAG Runs", "Task Instances", "Task Logs", "XComs", "DAG Code", "DAG Versions", "Assets", "ImportError", "Audit Logs", "Jobs", "Pools",
  "Connections", "Variables", "Configurations", "Plugins", "Users", "Roles"]; // prettier-ignore

const named = (resource: string) => PREFIXES.some((prefix) => resource.startsWith(prefix));
const same = (one: Pair, other: Pair) => one.action === other.action && one.resource === other.resource;

/** The kinds of things, the most used first, after them those that the pairs name one by one. `kinds` are all that there are. */
export function rowsOf(pairs: readonly Pair[], kinds: readonly string[], added: readonly string[] = []): string[] {
  const place = (kind: string) => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  const shown = kinds.filter((kind) => kind !== "Datasets" || pairs.some(({ resource }) => resource === kind));
  const ones = [...pairs.map(({ resource }) => resource), ...added].filter(named);
  return [...[...new Set(shown)].sort((one, other) => place(one) - place(other) || one.localeCompare(other)), ...[...new Set(ones)].sort()];
}

/** Those that the table has no place for: entries of Airflow's menus. */
export function keptOf(pairs: readonly Pair[], kinds: readonly string[]): Pair[] {
  return pairs.filter(({ action, resource }) => !ACTIONS.some((one) => one === action) || !(kinds.includes(resource) || named(resource)));
}

export function has(pairs: readonly Pair[], pair: Pair): boolean {
  return pairs.some((one) => same(one, pair));
}

/** With that pair, or without it where it was among them. */
export function toggled(pairs: readonly Pair[], pair: Pair): Pair[] {
  return has(pairs, pair) ? pairs.filter((one) => !same(one, pair)) : [...pairs, pair];
}

/** All four of a row, or none where all were there. */
export function toggledRow(pairs: readonly Pair[], resource: string): Pair[] {
  const all = ACTIONS.map((action) => ({ action, resource }));
  const others = pairs.filter((one) => !all.some((each) => same(one, each)));
  return all.every((pair) => has(pairs, pair)) ? others : [...others, ...all];
}
