/** A connection as a form holds it, and what is sent of it. */

export const MASK = "***";

export interface Draft {
  connection_id: string;
  conn_type: string;
  description: string;
  host: string;
  schema: string;
  login: string;
  port: string;
  /** What was typed; the one that is there is never shown. */
  password: string;
  /** The password that is there is to go. */
  forget: boolean;
  /** JSON, as text. */
  extra: string;
}

export interface Kept {
  connection_id: string;
  conn_type: string;
  description: string | null;
  host: string | null;
  schema: string | null;
  login: string | null;
  port: number | null;
  password: string | null;
  extra: string | null;
}

export const EMPTY: Draft = { connection_id: "", conn_type: "generic", description: "", host: "", schema: "", login: "", port: "", password: "", forget: false, extra: "" };

export function draftOf(kept: Kept): Draft {
  return {
    ...EMPTY,
    connection_id: kept.connection_id,
    conn_type: kept.conn_type,
    description: kept.description ?? "",
    host: kept.host ?? "",
    schema: kept.schema ?? "",
    login: kept.login ?? "",
    port: kept.port === null ? "" : String(kept.port),
    extra: pretty(kept.extra ?? ""),
  };
}

/** The same under another name. Secrets, which nobody is shown, are not in it. */
export function copyOf(kept: Kept): Draft {
  const { object } = extraIn(kept.extra ?? "");
  const open = Object.entries(object).filter(([, value]) => !JSON.stringify(value).includes(MASK));
  return { ...draftOf(kept), connection_id: `${kept.connection_id}_copy`, host: kept.host?.includes(MASK) ? "" : (kept.host ?? ""), extra: open.length > 0 ? JSON.stringify(Object.fromEntries(open), null, 2) : "" };
}

function pretty(text: string): string {
  const { object, trouble } = extraIn(text);
  return trouble === undefined && Object.keys(object).length > 0 ? JSON.stringify(object, null, 2) : text;
}

export interface Extra {
  object: Readonly<Record<string, unknown>>;
  /** Why the text is no JSON object; an empty text for one that is JSON, but no object. */
  trouble?: string;
}

export function extraIn(text: string): Extra {
  if (text.trim() === "") return { object: {} };
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === "object" && found !== null && !Array.isArray(found)) return { object: found as Record<string, unknown> };
    return { object: {}, trouble: "" };
  } catch (error) {
    return { object: {}, trouble: error instanceof Error ? error.message : "?" };
  }
}

/** The extra with that key set; undefined takes it away. */
export function withKey(text: string, key: string, value: unknown): string {
  const object: Record<string, unknown> = { ...extraIn(text).object };
  if (value === undefined || value === "") Reflect.deleteProperty(object, key);
  else object[key] = value;
  return Object.keys(object).length > 0 ? JSON.stringify(object, null, 2) : "";
}

/** A port, null for none; undefined for what is no port. */
export function portIn(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number <= 65_535 ? number : undefined;
}

/** What is sent; undefined while something is wrong. A password that was not touched is not in it, which leaves it as it is. */
export function bodyOf(draft: Draft) {
  const port = portIn(draft.port);
  const { trouble } = extraIn(draft.extra);
  if (draft.connection_id.trim() === "" || draft.conn_type.trim() === "" || port === undefined || trouble !== undefined) return undefined;
  return {
    connection_id: draft.connection_id.trim(),
    conn_type: draft.conn_type.trim(),
    description: draft.description || null,
    host: draft.host || null,
    schema: draft.schema || null,
    login: draft.login || null,
    port,
    extra: draft.extra.trim() || null,
    ...(draft.forget ? { password: null } : draft.password ? { password: draft.password } : {}),
  };
}
