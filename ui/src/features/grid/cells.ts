/** Cells that the server told of, by run and row, so that scrolling back asks nothing. */
import { type Schemas } from "@/api/client";

/** The server leaves out what is as for most: one task instance in its first try. */
export type Cell = Pick<Schemas["UIGridCell"], "state"> & Partial<Schemas["UIGridCell"]>;
export type GridRun = Schemas["UIGridRun"];

/** What can be told of a cell: null where the run has no such task, undefined while it is not known. */
export type Known = Cell | null | undefined;

interface Column {
  /** The run's `row_version` by which each cell was read. */
  versions: Map<string, number>;
  cells: Map<string, Cell | null>;
}

/** The most cells that are kept; then all but the last asked are let go. */
const MOST = 400_000;

/** So many task instances are asked about at once; the server counts some 150,000 a second. */
const AT_ONCE = 30_000;

/** Columns in portions, the last ones first: with `tasks` of a column in view, each portion is answered in a fifth of a second. */
export function portions<T>(columns: readonly T[], tasks: number): T[][] {
  const size = Math.max(1, Math.floor(AT_ONCE / Math.max(1, tasks)));
  const found: T[][] = [];
  for (let end = columns.length; end > 0; end -= size) found.push(columns.slice(Math.max(0, end - size), end));
  return found;
}

export class CellStore {
  private columns = new Map<string, Column>();
  private size = 0;
  private readonly listeners = new Set<() => void>();
  /** Rises with every answer. */
  turn = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): number => this.turn;

  /** What was told last, also where the run has changed since. */
  get(runId: string, rowId: string): Known {
    return this.columns.get(runId)?.cells.get(rowId);
  }

  /** Those of the runs of which a row is unknown, or known from before the run changed. */
  lacking(runs: readonly GridRun[], rowIds: readonly string[]): GridRun[] {
    return runs.filter(({ run_id, row_version }) => {
      const versions = this.columns.get(run_id)?.versions;
      return rowIds.some((id) => (versions?.get(id) ?? -1) < row_version);
    });
  }

  put(answer: Schemas["UIGridCells"], taskIds: readonly string[], groupIds: readonly string[]): void {
    if (this.size > MOST) this.clear();
    this.turn += 1;
    for (const run of answer.runs) {
      const column = this.columns.get(run.run_id) ?? { versions: new Map<string, number>(), cells: new Map<string, Cell | null>() };
      this.columns.set(run.run_id, column);
      const before = column.cells.size;
      taskIds.forEach((id, place) => keep(column, id, run.tasks[place] ?? null, run.row_version));
      groupIds.forEach((id, place) => keep(column, id, run.groups[place] ?? null, run.row_version));
      this.size += column.cells.size - before;
    }
    for (const listener of this.listeners) listener();
  }

  private clear(): void {
    this.columns.clear();
    this.size = 0;
  }
}

function keep(column: Column, id: string, cell: Cell | null, version: number): void {
  column.cells.set(id, cell);
  column.versions.set(id, version);
}
