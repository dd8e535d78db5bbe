/** What an entry of the audit log says besides who, what and when. */

export interface Extra {
  /** From where. */
  address?: string;
  /** What was changed, field by field. */
  fields: { name: string; before: unknown; after: unknown; changed: boolean }[];
  /** All else that is named. */
  rest: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The text of `extra` taken apart: our own entries are JSON objects; what it else may be stays as it is. */
export function extraOf(text: string | null): Extra {
  if (!text) return { fields: [], rest: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fields: [], rest: text };
  }
  if (!isObject(value)) return { fields: [], rest: value };
  const { address, before, after, ...others } = value;
  const both = (isObject(before) || isObject(after)) && [before, after].every((one) => isObject(one) || one === null || one === undefined);
  const rest = both ? others : { ...others, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  return {
    ...(typeof address === "string" ? { address } : {}),
    fields: both ? fieldsOf(isObject(before) ? before : {}, isObject(after) ? after : {}) : [],
    rest: Object.keys(rest).length > 0 ? rest : undefined,
  };
}

function fieldsOf(before: Record<string, unknown>, after: Record<string, unknown>): Extra["fields"] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => ({ name, before: before[name], after: after[name], changed: JSON.stringify(before[name]) !== JSON.stringify(after[name]) }));
}

/** In one line: which fields changed, or what is named. */
export function summary({ fields, rest }: Extra): string {
  const changed = fields.filter((field) => field.changed).map(({ name }) => name);
  const words = isObject(rest) ? Object.entries(rest).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`) : rest === undefined ? [] : [typeof rest === "string" ? rest : JSON.stringify(rest)];
  return [...words, ...(changed.length > 0 ? [`Δ ${changed.join(", ")}`] : [])].join(" · ");
}
