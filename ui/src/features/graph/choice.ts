/** What of the graph is shown, to and from the search of the address. */
import { isNarrow } from "@/lib/preferences";
import { asCount, asOneOf, asText } from "@/lib/search";

import { type GraphChoice } from "./Graph";

/** A phone is higher than it is wide. */
function usual(): "LR" | "TB" {
  return isNarrow() ? "TB" : "LR";
}

/** Some names: an empty list differs from none. */
function asNames(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((name) => typeof name === "string");
}

export function fromSearch(search: Record<string, unknown>): GraphChoice {
  return {
    run: asText(search.run),
    task: asText(search.task),
    way: asOneOf(search.way, ["up", "down", "both"]),
    depth: asCount(search.depth, 1000),
    direction: asOneOf(search.dir, ["LR", "TB"]) ?? usual(),
    fold: asNames(search.fold),
    critical: search.critical === true,
    outer: search.outer !== false,
  };
}

/** What stands in the address: nothing of what is as it is without it. */
export function toSearch({ direction, critical, outer, ...rest }: GraphChoice): Record<string, unknown> {
  return {
    ...rest,
    dir: direction === usual() ? undefined : direction,
    critical: critical || undefined,
    outer: outer ? undefined : false,
  };
}
