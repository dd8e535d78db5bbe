/** Rows and bars of a Gantt chart. Moments are in milliseconds. */

export interface Item {
  id: string;
  label: string;
  type: "task" | "group";
  children?: readonly Item[];
}

/** One try of a task, or all instances of a mapped one together. What did not happen is left out. */
export interface Times {
  state: string | null;
  scheduled_when?: string | null;
  queued_when?: string | null;
  start_date?: string | null;
  end_date?: string | null;
}

export interface Bar {
  kind: "waiting" | "queued" | "running";
  state: string | null;
  from: number;
  to: number;
}

export interface Row {
  id: string;
  label: string;
  depth: number;
  group: boolean;
  folded: boolean;
  /** Of a group: all tasks in it. */
  tasks: readonly string[];
}

/** Groups and tasks in their order, without what is in folded groups. */
export function rows(items: readonly Item[], folded: ReadonlySet<string>, depth = 0): Row[] {
  return items.flatMap((item): Row[] => {
    if (item.type === "task") return [{ id: item.id, label: item.label, depth, group: false, folded: false, tasks: [item.id] }];
    const closed = folded.has(item.id);
    const head = { id: item.id, label: item.label, depth, group: true, folded: closed, tasks: tasksOf(item) };
    return closed ? [head] : [head, ...rows(item.children ?? [], folded, depth + 1)];
  });
}

function tasksOf(item: Item): string[] {
  return item.type === "task" ? [item.id] : (item.children ?? []).flatMap(tasksOf);
}

const ENDED = new Set(["success", "failed", "skipped", "upstream_failed", "removed"]);

/**
 * What one try was at, and when: waiting for a slot, queued for a worker, running. What goes on lasts until now.
 * A try that is to be repeated has failed; after it, the task waits.
 */
export function bars(times: Times, now: number): Bar[] {
  const [scheduled, queued, start, end] = [times.scheduled_when, times.queued_when, times.start_date, times.end_date].map((time) => (time ? Date.parse(time) : undefined));
  const again = times.state === "up_for_retry" && end !== undefined;
  const over = end ?? (times.state !== null && ENDED.has(times.state) ? (start ?? queued ?? scheduled ?? now) : now);
  const found: Bar[] = [];
  const add = (kind: Bar["kind"], from: number | undefined, to: number, state = times.state) => {
    if (from !== undefined && to >= from) found.push({ kind, state, from, to });
  };
  add("waiting", scheduled, queued ?? start ?? over);
  add("queued", queued, start ?? over);
  add("running", start, over, again ? "failed" : times.state);
  if (again) add("waiting", end, now);
  return found;
}

/** The bars of all tries of a task, the first one first: each until the next one begins. */
export function barsOfTries(tries: readonly Times[], now: number): Bar[] {
  return tries.flatMap((one, place) => {
    const next = tries[place + 1];
    const begins = next?.scheduled_when ?? next?.queued_when ?? next?.start_date;
    return bars(one, begins ? Date.parse(begins) : now);
  });
}

/** From the first to the last moment of all bars; at least a second. */
export function span(all: readonly (readonly Bar[])[], now: number): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const bar of all.flat()) {
    from = Math.min(from, bar.from);
    to = Math.max(to, bar.to);
  }
  if (from > to) return { from: now - 1000, to: now };
  return { from, to: Math.max(to, from + 1000) };
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];

/** Round moments between two, so that marks stand at least `apart` pixels from each other. */
export function ticks(from: number, to: number, width: number, apart = 90): number[] {
  if (width <= 0 || to <= from) return [];
  const most = Math.max(1, width / apart);
  const seconds = (to - from) / 1000;
  const step = 1000 * (STEPS.find((one) => seconds / one <= most) ?? seconds / most);
  const found: number[] = [];
  for (let moment = Math.ceil(from / step) * step; moment <= to; moment += step) found.push(moment);
  return found;
}
