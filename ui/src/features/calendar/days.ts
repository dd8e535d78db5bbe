/** Days as `2026-03-01`, reckoned without clocks: a day has no time zone. */

const DAY = 86_400_000;

/** A day so many days later. */
export function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** The same day so many months later, or the last of that month where it is shorter. */
export function plusMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

/** 0 for Monday … 6 for Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** The weeks of a month like `2026-03`, Monday first; null where the week belongs to another month. */
export function weeksOf(month: string): (string | null)[][] {
  const first = `${month}-01`;
  const days: (string | null)[] = Array.from({ length: weekday(first) }, () => null);
  for (let day = first; day.startsWith(month); day = plus(day, 1)) days.push(day);
  while (days.length % 7 !== 0) days.push(null);
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
}

/** What is shown: `2026` for a year, `2026-03` for a month. */
export type Range = string;

export function monthsOf(range: Range): string[] {
  return range.length > 4 ? [range] : Array.from({ length: 12 }, (_, month) => `${range}-${String(month + 1).padStart(2, "0")}`);
}

/** The range before or after. */
export function neighbour(range: Range, by: 1 | -1): Range {
  return range.length > 4 ? plusMonths(`${range}-01`, by).slice(0, 7) : String(Number(range) + by);
}

/** The day to which a key leads, or undefined. */
export function dayAfter(key: string, day: string): string | undefined {
  switch (key) {
    case "ArrowLeft":
      return plus(day, -1);
    case "ArrowRight":
      return plus(day, 1);
    case "ArrowUp":
      return plus(day, -7);
    case "ArrowDown":
      return plus(day, 7);
    case "Home":
      return plus(day, -weekday(day));
    case "End":
      return plus(day, 6 - weekday(day));
    case "PageUp":
      return plusMonths(day, -1);
    case "PageDown":
      return plusMonths(day, 1);
    default:
      return undefined;
  }
}
