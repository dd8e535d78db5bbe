/** When an error takes the place of what it is about. */

/** Refusals that pass by themselves, or lead to the log-in page. */
const PASSING = new Set([401, 408, 429]);

/**
 * The error that is shown instead of the data: where there are none, or the server says that they are there no more, or
 * not for us. What was read stays on the screen while the server cannot be reached.
 */
export function blocking(error: unknown, data: unknown): unknown {
  if (!error || data === undefined) return error;
  const status = (error as { status?: unknown }).status;
  return typeof status === "number" && status < 500 && !PASSING.has(status) ? error : null;
}
