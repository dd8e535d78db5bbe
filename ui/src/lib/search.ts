/** Values from the search of an address, which anybody may have typed: what does not fit is as if it were not there. */

/** Some text. The router reads `?q=12` as a number. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A whole number from 1 to `most`. */
export function asCount(value: unknown, most: number): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 ? Math.min(value, most) : undefined;
}

export function asOneOf<T extends string>(value: unknown, all: readonly T[]): T | undefined {
  return all.find((one) => one === value);
}

/** A day, as `2026-03-01`. */
export function asDay(value: unknown): string | undefined {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** Several texts; undefined where there is none. */
export function asTexts(value: unknown): string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).map(asText).filter((text) => text !== undefined);
  return texts.length > 0 ? texts : undefined;
}

/** What a view that keeps its filters in the address is given: the address's search, and how to change some of it. */
export interface ViewProps {
  search: Record<string, unknown>;
  /** `undefined` takes a name out of the address. */
  onSearch: (some: Record<string, unknown>) => void;
}
