import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import { CellStore, type GridRun, portions } from "./cells";
import { type GridRow } from "./rows";

export type RunType = Schemas["DagRunType"];
export type Structure = Schemas["UIStructure"];
export type RunState = Schemas["DagRunState"];

/** Which runs are columns. */
export interface RunFilter {
  runs: number;
  type?: RunType | undefined;
  state?: RunState | undefined;
  /** Only those older than this run. */
  before?: string | undefined;
}

/** Groups and tasks of the newest version. */
export function useStructure(dagId: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "structure", "newest"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/structure", { params: { path: { dag_id: dagId } } })),
    // A new version has a new number; the same tree again would draw everything again.
    structuralSharing: (old, next) => (isSameVersion(old, next) ? old : next),
    staleTime: 30_000,
  });
}

function isSameVersion(old: unknown, next: unknown): boolean {
  return (old as Schemas["UIStructure"] | undefined)?.version_number === (next as Schemas["UIStructure"]).version_number;
}

/** The runs that are columns, the oldest first. */
export function useGridRuns(dagId: string, { runs, type, state, before }: RunFilter) {
  return useQuery({
    queryKey: keys.dag(dagId, "grid", "runs", runs, type, state, before),
    queryFn: () =>
      data(
        api.GET("/api/tradewind/ui/dags/{dag_id}/grid/runs", {
          params: {
            path: { dag_id: dagId },
            query: { limit: runs, ...(before ? { before } : {}), ...(type ? { run_type: [type] } : {}), ...(state ? { state: [state] } : {}) },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    select: oldestFirst,
  });
}

function oldestFirst(answer: Schemas["UIGridRuns"]) {
  return { more: answer.more, runs: [...answer.runs].reverse() };
}

/** So many rows and columns are asked at once, aligned, so that a little scrolling asks nothing. */
const ROWS = 50;
const COLUMNS = 20;
const MOST_COLUMNS = 100;
/** While somebody scrolls fast, what flies past is not asked. */
const CALM = 70;

export interface Range {
  from: number;
  /** Not included. */
  to: number;
}

/** The range, widened to whole blocks and cut to `count`. */
export function aligned({ from, to }: Range, block: number, count: number): Range {
  return { from: Math.max(0, Math.floor(from / block) * block), to: Math.min(count, Math.ceil(to / block) * block) };
}

interface Window {
  dagId: string;
  version: number | undefined;
  rows: readonly GridRow[];
  runs: readonly GridRun[];
  seenRows: Range;
  seenRuns: Range;
}

/**
 * The cells in view, and those seen before. Only runs that changed since their cells were read are asked again.
 *
 * `turn` is another number whenever there are new cells to draw.
 */
export function useCells({ dagId, version, rows, runs, seenRows, seenRuns }: Window): { cells: CellStore; turn: number; error: Error | null } {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- another DAG or another version has other cells
  const cells = useMemo(() => new CellStore(), [dagId, version]);
  const height = aligned(useCalm(seenRows), ROWS, rows.length);
  const width = aligned(useCalm(seenRuns), COLUMNS, runs.length);
  const wantedRows = useMemo(() => rows.slice(height.from, height.to), [rows, height.from, height.to]);
  const wantedRuns = useMemo(() => runs.slice(width.from, width.to).slice(-MOST_COLUMNS), [runs, width.from, width.to]);
  // Of the runs, their versions are in the key: when the list of runs says that one has changed, this is another question.
  const key = keys.all("grid", dagId, version, wantedRows.map(({ id }) => id), wantedRuns.map((run) => [run.run_id, run.row_version]));
  const turn = useSyncExternalStore(cells.subscribe, cells.snapshot);
  const { error } = useQuery({
    queryKey: key,
    enabled: version !== undefined && wantedRows.length > 0 && wantedRuns.length > 0,
    queryFn: async ({ signal }) => {
      const tasks = wantedRows.filter(({ group }) => !group).map(({ id }) => id);
      const groups = wantedRows.filter(({ group }) => group).map(({ id }) => id);
      const lacking = cells.lacking(wantedRuns, [...tasks, ...groups]);
      for (const portion of portions(lacking, wantedRows.reduce((all, row) => all + row.tasks, 0))) {
        cells.put(await ask(dagId, version, portion, tasks, groups, signal), tasks, groups);
      }
      return null;
    },
    staleTime: Infinity,
    gcTime: 0, // the store keeps them
  });
  return { cells, turn, error };
}

function ask(dagId: string, version: number | undefined, runs: readonly GridRun[], tasks: string[], groups: string[], signal: AbortSignal) {
  return data(
    api.POST("/api/tradewind/ui/dags/{dag_id}/grid/cells", {
      params: { path: { dag_id: dagId } },
      body: { run_ids: runs.map(({ run_id }) => run_id), task_ids: tasks, group_ids: groups, version_number: version ?? null },
      signal,
    }),
  );
}

/** The range, once it has stood still for a moment; at once the first time. */
function useCalm(range: Range): Range {
  const [calm, setCalm] = useState(range);
  const { from, to } = range;
  useEffect(() => {
    if (calm.from === from && calm.to === to) return undefined;
    const timer = setTimeout(() => setCalm({ from, to }), calm.to === 0 ? 0 : CALM);
    return () => clearTimeout(timer);
  }, [calm, from, to]);
  return calm;
}

/** The task instance under the pointer, with its times. */
export function useFacts(dagId: string, runId: string, taskId: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.run(dagId, runId, "task", taskId, -1),
    enabled,
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}", {
          params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: -1 } },
        }),
      ),
  });
}
