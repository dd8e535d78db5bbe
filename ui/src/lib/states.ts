/** The states of task instances and runs, as `domain/states` has them; `states.test.ts` of the server's suite holds the two together. */
export const TASK_STATES = [
  "removed",
  "scheduled",
  "queued",
  "running",
  "success",
  "restarting",
  "failed",
  "up_for_retry",
  "up_for_reschedule",
  "upstream_failed",
  "skipped",
  "deferred",
  "awaiting_input",
] as const;
export const RUN_STATES = ["queued", "running", "success", "failed"] as const;

export type TaskState = (typeof TASK_STATES)[number];
export type RunState = (typeof RUN_STATES)[number];
export type AnyState = TaskState | RunState | "none";

const KNOWN = new Set<string>(TASK_STATES);
const ENDED = new Set<string>(["success", "failed", "skipped", "upstream_failed", "removed"]);
const ACTIVE = new Set<string>(["running", "restarting"]);

/** A state as the server names it; "none" for no state yet and for one that this version does not know. */
export function asState(state: string | null | undefined): AnyState {
  return state && KNOWN.has(state) ? (state as TaskState) : "none";
}

/** Does nothing more happen to it by itself? */
export function hasEnded(state: string | null | undefined): boolean {
  return ENDED.has(state ?? "");
}

/** Is it at work at this moment? */
export function isActive(state: string | null | undefined): boolean {
  return ACTIVE.has(state ?? "");
}

/** The colour of a state, as a CSS value. */
export function stateColour(state: string | null | undefined): string {
  return `var(--state-${asState(state)})`;
}

/** Which of several states a group shows: the one that a person must know of first. */
export const URGENCY: readonly AnyState[] = [
  "failed",
  "upstream_failed",
  "up_for_retry",
  "awaiting_input",
  "running",
  "restarting",
  "up_for_reschedule",
  "deferred",
  "queued",
  "scheduled",
  "none",
  "success",
  "skipped",
  "removed",
];

/** The state that stands for many, from their counts by state. */
export function summaryState(counts: Readonly<Record<string, number>>): AnyState {
  return URGENCY.find((state) => (counts[state] ?? 0) > 0) ?? "none";
}
