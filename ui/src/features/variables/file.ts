/** Variables as a JSON file has them: an object of keys to values, or to `{"value", "description"}`. */

export interface Entry {
  key: string;
  value: unknown;
  description?: string | null;
}

export type Wrong = { why: "notJson"; text: string } | { why: "notObject" } | { why: "empty" };

const PARTS = new Set(["value", "description"]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entryOf(key: string, held: unknown): Entry {
  const described = isObject(held) && "value" in held && "description" in held && Object.keys(held).every((name) => PARTS.has(name));
  if (!described) return { key, value: held };
  return { key, value: held.value, description: typeof held.description === "string" ? held.description : null };
}

/** What a file's text holds, or what is wrong with it. */
export function read(text: string): Entry[] | Wrong {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return { why: "notJson", text: error instanceof Error ? error.message : "" };
  }
  if (!isObject(found)) return { why: "notObject" };
  const entries = Object.entries(found).map(([key, held]) => entryOf(key, held));
  return entries.length > 0 ? entries : { why: "empty" };
}

export const MASK = "***";

interface Kept {
  key: string;
  value: string | null;
  description: string | null;
}

/** JSON objects and lists as such; everything else stays text, so that it comes back as it was. */
function valueOf(text: string | null): unknown {
  if (text && /^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return text;
}

/** A file of these; without those that hold a secret, which the server shows to nobody. */
export function write(variables: readonly Kept[]): { text: string; count: number; leftOut: number } {
  const open = variables.filter(({ value }) => !value?.includes(MASK));
  const held = open.map(({ key, value, description }) => [key, description ? { value: valueOf(value), description } : valueOf(value)] as const);
  return { text: `${JSON.stringify(Object.fromEntries(held), null, 2)}\n`, count: open.length, leftOut: variables.length - open.length };
}

/** Why a text that looks like JSON is none; undefined for JSON and for plain text. */
export function jsonTrouble(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "?";
  }
}
