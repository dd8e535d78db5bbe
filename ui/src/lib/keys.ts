/**
 * The keys under which answers are kept, and which of them a change on the server makes old.
 *
 * The first part says what kind of thing it is about:
 * `["dag", dagId, …]` one DAG, `["run", dagId, runId, …]` one run and its task instances,
 * `["all", KIND, …]` lists over many, where KIND is `dags`, `runs`, `home`, or a kind that the server names.
 */
export const keys = {
  dag: (dagId: string, ...rest: unknown[]) => ["dag", dagId, ...rest] as const,
  run: (dagId: string, runId: string, ...rest: unknown[]) => ["run", dagId, runId, ...rest] as const,
  all: (kind: string, ...rest: unknown[]) => ["all", kind, ...rest] as const,
};

/** What runs change: the slots of pools, and what tasks leave for each other, too. */
const OF_RUNS = new Set(["dags", "runs", "home", "pools", "xcoms"]);
/** What the start page shows beside DAGs and runs. */
const AT_HOME = new Set(["jobs", "pools", "import_errors", "deadlines", "hitl"]);

function concernsAll({ dags = [], runs = [], kinds = [] }: Change, kind: string): boolean {
  if (kinds.includes(kind)) return true;
  if (OF_RUNS.has(kind) && (dags.length > 0 || runs.length > 0 || kinds.includes("dags"))) return true;
  return kind === "home" && kinds.some((each) => AT_HOME.has(each));
}

export interface Change {
  /** Too much changed to say what. */
  everything?: boolean;
  dags?: readonly string[];
  runs?: readonly (readonly [string, string])[];
  kinds?: readonly string[];
}

/** Does this change make the answer under that key old? */
export function concerns(change: Change, key: readonly unknown[]): boolean {
  if (change.everything) return true;
  const [scope, first, second] = key;
  const dags = change.dags ?? [];
  const runs = change.runs ?? [];
  const inDag = dags.includes(first as string) || (scope === "dag" && (change.kinds ?? []).includes("dags"));
  // Of too many runs only the DAG is told; runs beside it may be others, or came later.
  if (scope === "run") return inDag || runs.some(([dag, run]) => dag === first && run === second);
  if (scope === "dag") return inDag || runs.some(([dag]) => dag === first);
  return scope === "all" && concernsAll(change, first as string);
}
