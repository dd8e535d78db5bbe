/** Two runs of a DAG, task by task. */
import { type Summary } from "./useRun";

export interface Side {
  state: Summary["state"];
  /** In seconds; null where it did not run, or has not ended. */
  took: number | null;
}

export interface Pair {
  taskId: string;
  here: Side | null;
  there: Side | null;
  /** Did it end otherwise, or is it in one of the runs only? */
  differs: boolean;
  /** How many seconds longer it took here; null where one of them has no length. */
  longer: number | null;
}

function side(task: Summary | undefined): Side | null {
  if (!task) return null;
  // What is as for most is left out of the answer.
  const { start_date: start, end_date: end } = task as Partial<Summary>;
  return { state: task.state, took: start && end ? (Date.parse(end) - Date.parse(start)) / 1000 : null };
}

/** The run before this one, of the newest runs; undefined where these do not tell. */
export function before(runs: readonly { dag_run_id: string }[], runId: string): string | undefined {
  const place = runs.findIndex((run) => run.dag_run_id === runId);
  return place < 0 ? undefined : runs[place + 1]?.dag_run_id;
}

/** The tasks of both, those that differ most first. */
export function compared(here: readonly Summary[], there: readonly Summary[]): Pair[] {
  const others = new Map(there.map((task) => [task.task_id, task]));
  const mine = new Set(here.map((task) => task.task_id));
  const pairs = [
    ...here.map((task) => pair(task.task_id, side(task), side(others.get(task.task_id)))),
    ...there.filter((task) => !mine.has(task.task_id)).map((task) => pair(task.task_id, null, side(task))),
  ];
  return pairs.sort((one, other) => Number(other.differs) - Number(one.differs) || Math.abs(other.longer ?? 0) - Math.abs(one.longer ?? 0));
}

function pair(taskId: string, here: Side | null, there: Side | null): Pair {
  const longer = here?.took != null && there?.took != null ? here.took - there.took : null;
  return { taskId, here, there, differs: here?.state !== there?.state || !here !== !there, longer };
}
