/** What of the grid stands in the address. */
import { asCount, asOneOf, asText, asTexts } from "@/lib/search";
import { RUN_STATES } from "@/lib/states";

import { type Folding } from "./rows";
import { type RunFilter, type RunType } from "./useGrid";

export const RUN_TYPES: readonly RunType[] = ["scheduled", "manual", "backfill", "asset_triggered", "asset_materialization", "operator_triggered"];

export interface GridSearch extends Partial<RunFilter>, Folding {
  /** Only tasks with this in their name. */
  q?: string | undefined;
}

export const MOST_RUNS = 200;

/** What somebody wrote into the address, as far as it means something. */
export function gridSearch(search: Readonly<Record<string, unknown>>): GridSearch {
  return {
    q: asText(search.q),
    runs: asCount(search.runs, MOST_RUNS),
    type: asOneOf(search.type, RUN_TYPES),
    state: asOneOf(search.state, RUN_STATES),
    before: asText(search.before),
    fold: asOneOf(search.fold, ["all", "none"] as const),
    groups: asTexts(search.groups),
  };
}
