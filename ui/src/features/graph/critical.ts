/** Which tasks of a run set how long it took. */
import { type Edge } from "./structure";

export interface Timed {
  task_id: string;
  start_date?: string | null;
  end_date?: string | null;
}

/** From what ended last back, each time to what of its upstream ended last: the tasks of the critical path, the first of them first. */
export function criticalPath(tasks: readonly Timed[], edges: readonly Edge[]): string[] {
  const ends = new Map(tasks.flatMap((task) => (task.end_date && task.start_date ? [[task.task_id, Date.parse(task.end_date)] as const] : [])));
  const above = new Map<string, string[]>();
  for (const edge of edges) if (!edge.group) above.set(edge.target, [...(above.get(edge.target) ?? []), edge.source]);
  const path: string[] = [];
  let next = latest([...ends.keys()], ends);
  while (next !== undefined && !path.includes(next)) {
    path.unshift(next);
    next = latest(above.get(next) ?? [], ends);
  }
  return path;
}

function latest(tasks: readonly string[], ends: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined;
  for (const task of tasks) if (ends.has(task) && (found === undefined || (ends.get(task) ?? 0) > (ends.get(found) ?? 0))) found = task;
  return found;
}
