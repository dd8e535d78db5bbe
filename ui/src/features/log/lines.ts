/** One line of a log as it was written: what it says, how grave, who says it. */

export const LEVELS = ["critical", "error", "warning", "info", "debug", "none"] as const;
export type Level = (typeof LEVELS)[number];

const OTHER_NAMES: Readonly<Record<string, Level>> = { fatal: "critical", exception: "error", warn: "warning", notset: "debug", trace: "debug" };
const KNOWN = new Set<string>(LEVELS);

export interface Line {
  /** As the writer gave it, or empty. */
  time: string;
  level: Level;
  /** Name of the logger, or empty. */
  source: string;
  /** What it says, an entry a line of text; the second and later ones are of messages with line feeds, and of exceptions. */
  texts: string[];
}

/** What every line of a task says again, or what has a place of its own. */
const NOT_TOLD = new Set([
  "timestamp", "level", "event", "logger", "exception", "dag_id", "run_id", "task_id", "map_index", "try_number",
  "attempt_id", "dispatch", "hostname", "pid", "filename", "lineno", "loc", "process", "thread",
]); // prettier-ignore

export function asLevel(name: unknown): Level {
  if (typeof name !== "string") return "none";
  const lower = name.toLowerCase();
  return KNOWN.has(lower) ? (lower as Level) : (OTHER_NAMES[lower] ?? "none");
}

/** Reads a line of JSON; what is none stands as it is. */
export function parseLine(raw: string): Line {
  const found = raw.startsWith("{") ? object(raw) : undefined;
  if (!found || typeof found.event !== "string") return { time: "", level: "none", source: "", texts: split(raw) };
  const texts = split(found.event + others(found));
  if (typeof found.exception === "string") texts.push(...split(found.exception));
  return {
    time: typeof found.timestamp === "string" ? found.timestamp : "",
    level: asLevel(found.level),
    source: typeof found.logger === "string" ? found.logger : "",
    texts,
  };
}

function object(raw: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined; // the line was torn, or is text that begins with a brace
  }
}

function split(text: string): string[] {
  return text.includes("\n") || text.includes("\r") ? text.replace(/\r?\n$/, "").split(/\r?\n|\r/) : [text];
}

function others(found: Record<string, unknown>): string {
  let told = "";
  for (const [name, value] of Object.entries(found)) {
    if (!NOT_TOLD.has(name)) told += ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  }
  return told;
}

const ESCAPE = String.fromCharCode(27);
const ESCAPES = new RegExp(`${ESCAPE}\\[[0-9;?]*[ -/]*[@-~]`, "g");

/** The text without the sequences that colour it. */
export function plain(text: string): string {
  return text.includes(ESCAPE) ? text.replace(ESCAPES, "") : text;
}

/** How many columns of a fixed-width font it takes. */
export function columns(text: string): number {
  const bare = plain(text);
  let wide = 0;
  for (let place = 0; place < bare.length; place += 1) if (bare.charCodeAt(place) > 0x2e7f) wide += 1;
  return bare.length + wide;
}

/** The title of the group that begins here; null where none does. */
export function groupTitle(text: string): string | null {
  const found = /^(?:::group::|##\[group\])(.*)$/.exec(text);
  return found ? (found[1] ?? "").trim() : null;
}

export function endsGroup(text: string): boolean {
  return text.startsWith("::endgroup::") || text.startsWith("##[endgroup]");
}
