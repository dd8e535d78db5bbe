import type { Job } from "./useSystem";

export type JobHealth = "healthy" | "lost" | "failed" | "ended" | "unknown";

/** How a process is: one that runs by its row but whose heartbeat is too old is lost. `alive`: those whose heartbeat is not. */
export function healthOf({ id, state }: Job, alive: ReadonlySet<number> | undefined): JobHealth {
  if (state === "failed") return "failed";
  if (state !== "running") return "ended";
  if (!alive) return "unknown";
  return alive.has(id) ? "healthy" : "lost";
}
