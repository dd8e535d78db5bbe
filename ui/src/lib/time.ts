/** Moments and lengths of time as people read them. */

const DIVISIONS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 4.348],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];

/** "in 5 minutes", "3 hours ago". Both moments in milliseconds. */
export function relative(moment: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  let amount = (moment - now) / 1000;
  for (const [unit, size] of DIVISIONS) {
    if (Math.abs(amount) < size) return format.format(Math.round(amount), unit);
    amount /= size;
  }
  return format.format(Math.round(amount), "year");
}

/** A date and time in a zone: `2026-03-01 14:05:09`. */
export function absolute(moment: string | number | Date, zone: string, options: { seconds?: boolean; date?: boolean } = {}): string {
  const { seconds = true, date = true } = options;
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    ...(date ? { year: "numeric", month: "2-digit", day: "2-digit" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  });
  return parts.format(new Date(moment));
}

/** The day in a zone: `2026-03-01`. */
export function dayOf(moment: string | number | Date, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(moment),
  );
}

/** A date and time as a field has it (`2026-03-01T14:05:09`), of a moment in a zone. */
export function toLocal(moment: string | number | Date, zone: string): string {
  return absolute(moment, zone).replace(" ", "T");
}

/** The moment that a field's date and time mean in a zone, with its offset: `2026-03-01T14:05:09+01:00`. */
export function fromLocal(local: string, zone: string): string {
  const wall = Date.parse(`${local}Z`);
  const guess = wall - offsetAt(wall, zone);
  const offset = offsetAt(guess, zone) / 60_000;
  const two = (part: number) => String(Math.floor(part)).padStart(2, "0");
  const seconds = local.length === 16 ? `${local}:00` : local;
  return `${seconds}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** When a day (`2026-03-01`) begins in a zone, or one of the days after it; undefined where it is no day. */
export function startOfDay(day: string, zone: string, later = 0): string | undefined {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00Z`) : NaN;
  if (Number.isNaN(midnight)) return undefined;
  return fromLocal(new Date(midnight + later * 86_400_000).toISOString().slice(0, 16), zone);
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsetAt(moment: number, zone: string): number {
  const whole = Math.floor(moment / 1000) * 1000;
  return Date.parse(`${toLocal(whole, zone)}Z`) - whole;
}

/** A length of time: `0.21s`, `12.4s`, `3m 07s`, `2h 04m`, `3d 05h`. In seconds. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const value = Math.max(0, seconds);
  if (value < 1) return `${value.toFixed(2)}s`;
  if (value < 60) return `${value.toFixed(1)}s`;
  const whole = Math.round(value);
  const two = (part: number) => String(part).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${two(Math.floor((whole % 86_400) / 3600))}h`;
}

/** Seconds between two moments; until `now` where the second is open; null where the first is. */
export function elapsed(start: string | null | undefined, end: string | null | undefined, now: number): number | null {
  if (!start) return null;
  return ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000;
}

/** The zones that this browser knows. */
export function zones(): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes("UTC") ? known : ["UTC", ...known];
}
