/** Params of a DAG, and forms that people fill in: which control fits a JSON schema, and what is wrong with a value. */

export interface ParamSchema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  title?: string;
  section?: string;
  format?: string;
  description?: string;
  description_md?: string;
  values_display?: Readonly<Record<string, string>>;
  examples?: readonly unknown[];
  items?: ParamSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

export type Control = "text" | "multiline" | "number" | "boolean" | "date" | "date-time" | "time" | "choice" | "choices" | "lines" | "json";

export interface Param {
  name: string;
  title: string;
  section: string;
  control: Control;
  /** Null is no answer. */
  required: boolean;
  initial: unknown;
  schema: ParamSchema;
  description: string | null;
}

/** Text in a field for JSON that is none yet. */
export class Unparsed {
  constructor(readonly text: string) {}
}

const TEMPORAL = new Set(["date", "date-time", "time"]);

function typesOf(schema: ParamSchema): readonly string[] {
  if (schema.type === undefined) return [];
  return typeof schema.type === "string" ? [schema.type] : schema.type;
}

function typeOfValue(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null || value === undefined) return "null";
  return typeof value;
}

/** The control that fits best; one for JSON where none is made for it. */
export function controlOf(schema: ParamSchema, value: unknown): Control {
  const named = typesOf(schema).filter((type) => type !== "null");
  if (schema.enum) return "choice";
  if (named.length > 1) return named.every((type) => type === "integer" || type === "number") ? "number" : "json";
  return BY_TYPE[named[0] ?? typeOfValue(value)]?.(schema, value) ?? "json";
}

const BY_TYPE: Readonly<Record<string, (schema: ParamSchema, value: unknown) => Control>> = {
  boolean: () => "boolean",
  integer: () => "number",
  number: () => "number",
  array: (schema, value) => {
    if (schema.examples || schema.items?.enum) return "choices";
    const texts = Array.isArray(value) ? value.every((item) => typeof item === "string") : true;
    return schema.items?.type === "string" || (schema.items === undefined && texts) ? "lines" : "json";
  },
  string: (schema) => {
    if (TEMPORAL.has(schema.format ?? "")) return schema.format as Control;
    return schema.format === "multiline" ? "multiline" : "text";
  },
  null: () => "text",
};

/** May it be null? Where a schema names no type and no choices, anything may be. */
export function nullable(schema: ParamSchema): boolean {
  const types = typesOf(schema);
  if (schema.enum) return schema.enum.includes(null) || types.includes("null");
  return types.length === 0 || types.includes("null");
}

/** The params as the server tells of them: by name, each with value, schema and description. */
export function paramsOf(answer: Readonly<Record<string, unknown>> | null | undefined): Param[] {
  return Object.entries(answer ?? {}).map(([name, raw]) => {
    const { value = null, schema = {}, description = null } = asParam(raw);
    return {
      name,
      title: schema.title ?? name,
      section: schema.section ?? "",
      control: controlOf(schema, value),
      required: !nullable(schema),
      initial: value,
      schema,
      description: description ?? schema.description ?? null,
    };
  });
}

interface RawParam {
  value?: unknown;
  schema?: ParamSchema;
  description?: string | null;
}

/** A plain value is a param without a schema. */
function asParam(raw: unknown): RawParam {
  const isParam = typeof raw === "object" && raw !== null && "schema" in raw;
  return isParam ? (raw as RawParam) : { value: raw };
}

/** By section, in the order in which sections first appear; params without one come first, under "". */
export function sections(params: readonly Param[]): [string, Param[]][] {
  const found = new Map<string, Param[]>([["", []]]);
  for (const param of params) {
    const list = found.get(param.section);
    if (list) list.push(param);
    else found.set(param.section, [param]);
  }
  return [...found].filter(([, list]) => list.length > 0);
}

/** A value in a field for text. */
export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface Choice {
  value: unknown;
  label: string;
}

/** What may be chosen, in the author's words. */
export function choicesOf(schema: ParamSchema): Choice[] {
  const values = schema.enum ?? schema.items?.enum ?? schema.examples ?? [];
  return values.map((value) => ({ value, label: schema.values_display?.[asText(value)] ?? (value === null ? "–" : asText(value)) }));
}

export interface Problem {
  /** In the words of `params.problem`. */
  key: "required" | "json" | "number" | "integer" | "minimum" | "maximum" | "above" | "below" | "multiple" | "short" | "long" | "pattern" | "choice" | "few" | "many" | "object";
  than?: string;
}

/** The first thing that is wrong with a value, as far as that can be known before the server is asked. */
export function problemOf({ schema, required }: Param, value: unknown): Problem | null {
  if (value instanceof Unparsed) return { key: "json" };
  if (value === null || value === undefined || (value === "" && required)) return required ? { key: "required" } : null;
  if (schema.enum) return schema.enum.some((item) => JSON.stringify(item) === JSON.stringify(value)) ? null : { key: "choice" };
  return ofType(schema, value) ?? ofNumber(schema, value) ?? ofText(schema, value) ?? ofList(schema, value);
}

function ofType(schema: ParamSchema, value: unknown): Problem | null {
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types.length !== 1) return null;
  const numeric = types[0] === "integer" || types[0] === "number";
  if (numeric && typeof value !== "number") return { key: "number" };
  if (types[0] === "integer" && !Number.isInteger(value)) return { key: "integer" };
  return types[0] === "object" && typeOfValue(value) !== "object" ? { key: "object" } : null;
}

type Bound = readonly [keyof ParamSchema, Problem["key"], (value: number, bound: number) => boolean];

const BOUNDS: readonly Bound[] = [
  ["minimum", "minimum", (value, bound) => value >= bound],
  ["maximum", "maximum", (value, bound) => value <= bound],
  ["exclusiveMinimum", "above", (value, bound) => value > bound],
  ["exclusiveMaximum", "below", (value, bound) => value < bound],
  ["multipleOf", "multiple", (value, bound) => Math.abs(value / bound - Math.round(value / bound)) < 1e-9],
];
const LENGTHS: readonly Bound[] = [
  ["minLength", "short", (value, bound) => value >= bound],
  ["maxLength", "long", (value, bound) => value <= bound],
];
const COUNTS: readonly Bound[] = [
  ["minItems", "few", (value, bound) => value >= bound],
  ["maxItems", "many", (value, bound) => value <= bound],
];

function beyond(schema: ParamSchema, bounds: readonly Bound[], value: number): Problem | null {
  for (const [name, key, holds] of bounds) {
    const bound = schema[name];
    if (typeof bound === "number" && !holds(value, bound)) return { key, than: String(bound) };
  }
  return null;
}

function ofNumber(schema: ParamSchema, value: unknown): Problem | null {
  return typeof value === "number" ? beyond(schema, BOUNDS, value) : null;
}

function ofText(schema: ParamSchema, value: unknown): Problem | null {
  if (typeof value !== "string") return null;
  const length = beyond(schema, LENGTHS, Array.from(value).length);
  if (length) return length;
  return schema.pattern !== undefined && !fits(schema.pattern, value) ? { key: "pattern", than: schema.pattern } : null;
}

/** A pattern that this browser cannot read is left to the server. */
function fits(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function ofList(schema: ParamSchema, value: unknown): Problem | null {
  return Array.isArray(value) ? beyond(schema, COUNTS, value.length) : null;
}

/** What is sent: every value, but those left open. Keys that are no params stay. */
export function confOf(params: readonly Param[], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const open = new Set(params.filter((param) => param.required && values[param.name] === null).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !open.has(name)));
}

/** The values with which a form begins: those of an earlier run over the defaults. */
export function valuesOf(params: readonly Param[], conf: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> {
  return { ...Object.fromEntries(params.map(({ name, initial }) => [name, initial])), ...conf };
}

/** The value of one param; its default where none is given. */
export function valueOf({ name, initial }: Param, values: Readonly<Record<string, unknown>>): unknown {
  return name in values ? values[name] : initial;
}

/** Which param a refusal of the server is about, and its words. */
export function refusedParam(message: string): { name: string; text: string } | null {
  const invalid = /^Invalid input for param (\S+): ([\s\S]*)$/.exec(message);
  if (invalid) return { name: invalid[1] ?? "", text: (invalid[2] ?? "").replace(/ \(value: [\s\S]*$/, "") };
  const missing = /^Param '([^']+)' ([\s\S]*)$/.exec(message);
  return missing ? { name: missing[1] ?? "", text: missing[2] ?? "" } : null;
}
