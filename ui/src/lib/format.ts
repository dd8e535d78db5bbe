/** Numbers and sizes as people read them. */

export function count(value: number | null | undefined, language: string): string {
  return value === null || value === undefined ? "–" : new Intl.NumberFormat(language).format(value);
}

/** The middle one of numbers, or what lies halfway between the two in the middle; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  const ordered = [...numbers].sort((one, other) => one - other);
  const middle = (ordered.length - 1) / 2;
  const [below, above] = [ordered[Math.floor(middle)], ordered[Math.ceil(middle)]];
  return below === undefined || above === undefined ? undefined : (below + above) / 2;
}

/** A size in bytes: `812 B`, `3.4 kB`, `100 MB`. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** Several class names as one; what is false is left out. */
export function cx(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
