/** How full a pool is. */

export interface PoolUse {
  /** -1: no limit. */
  slots: number;
  running: number;
  queued: number;
  deferred: number;
  /** Do deferred tasks hold slots? */
  include_deferred: boolean;
}

/** How many slots are taken, by whom, and what the whole bar stands for. */
export function fullness({ slots, running, queued, deferred, include_deferred: counts }: PoolUse) {
  const taken = running + queued + (counts ? deferred : 0);
  const parts = [
    { state: "running", value: running },
    { state: "queued", value: queued },
    ...(counts ? [{ state: "deferred", value: deferred }] : []),
  ] as const;
  return { taken, total: Math.max(slots, taken), parts };
}
