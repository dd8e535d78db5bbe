/** A module of this app that is not on the server any more: a new version was installed since the page was loaded. */

const KEY = "tradewind:reloaded";
const APART = 60_000;

/** As Chrome, Firefox and Safari put it, and the bundler for styles. */
export function isLostModule(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|importing a module script failed|unable to preload css/i.test(error.message);
}

/** Once, until a minute has passed: a server whose files are not there would be asked without end. */
export function mayReload(now = Date.now()): boolean {
  try {
    if (now - Number(sessionStorage.getItem(KEY) ?? 0) < APART) return false;
    sessionStorage.setItem(KEY, String(now));
    return true;
  } catch {
    return false; // no storage, no memory of the last time
  }
}
