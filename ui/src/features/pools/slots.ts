/** How the slots of a pool are divided. */

export interface Slots {
  slots: number;
  running_slots: number;
  queued_slots: number;
  deferred_slots: number;
  scheduled_slots: number;
  open_slots: number;
  include_deferred: boolean;
}

export interface Part {
  state: "running" | "queued" | "deferred" | "scheduled";
  value: number;
}

/** Those who hold slots, then those who wait for one. Deferred tasks that hold none are not in the bar. */
export function partsOf(pool: Slots): Part[] {
  return [
    { state: "running", value: pool.running_slots },
    { state: "queued", value: pool.queued_slots },
    ...(pool.include_deferred ? [{ state: "deferred" as const, value: pool.deferred_slots }] : []),
    { state: "scheduled", value: pool.scheduled_slots },
  ];
}

/** What the whole bar stands for: the slots, or more where more wait than there are. */
export function wholeOf(pool: Slots): number {
  const taken = partsOf(pool).reduce((sum, { value }) => sum + value, 0);
  return Math.max(pool.slots, taken);
}

/** What was typed as a number of slots; undefined where it is none. */
export function slotsIn(text: string): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= -1 ? number : undefined;
}
