/** What of a log is shown, and how: in the address. */
import { asCount, asOneOf, asText } from "@/lib/search";

import { type Level, LEVELS } from "./lines";

export interface LogSearch {
  try?: number;
  level?: Level[];
  source?: string[];
  q?: string;
  wrap?: boolean;
  /** False: no times. */
  times?: boolean;
  line?: number;
}

const texts = (value: unknown): string[] => [value].flat().filter((one) => typeof one === "string");

export function logSearch(search: Readonly<Record<string, unknown>>): LogSearch {
  const level = texts(search.level).map((one) => asOneOf(one, LEVELS)).filter((one) => one !== undefined);
  const source = texts(search.source); // the empty one is that of lines without any
  return {
    try: asCount(search.try, Number.MAX_SAFE_INTEGER),
    level: level.length > 0 ? level : undefined,
    source: source.length > 0 ? source : undefined,
    q: asText(search.q),
    wrap: search.wrap === true || undefined,
    times: search.times === false ? false : undefined,
    line: search.line === 0 ? 0 : asCount(search.line, Number.MAX_SAFE_INTEGER),
  };
}
