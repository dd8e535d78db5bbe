/** What of the chart is shown, to and from the search of the address. */
import { asCount, asText, asTexts } from "@/lib/search";

import { type GanttChoice } from "./Gantt";

const NONE: readonly string[] = [];

export function fromSearch(search: Record<string, unknown>): GanttChoice {
  return { run: asText(search.run), zoom: asCount(search.zoom, 64) ?? 1, fold: asTexts(search.fold) ?? NONE };
}

/** What stands in the address: nothing of what is as it is without it. */
export function toSearch({ run, zoom, fold }: GanttChoice): Record<string, unknown> {
  return { run, zoom: zoom === 1 ? undefined : zoom, fold: fold.length > 0 ? fold : undefined };
}
