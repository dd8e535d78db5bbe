import { expect, it } from "vitest";

import { asCsv } from "./save";
import type { Entry } from "./useAudit";

const entry = (some: Partial<Entry>): Entry => ({
  event_log_id: 1, when: "2026-01-01T00:00:00Z", dag_id: null, task_id: null, run_id: null, map_index: -1, try_number: null, event: "login",
  logical_date: null, owner: "zoe", extra: null, dag_display_name: null, task_display_name: null, ...some}); // prettier-ignore

it("quotes what has commas, quotes or lines in it, and defuses formulas", () => {
  const lines = asCsv([entry({ extra: '{"a":1,"b":"x"}', owner: "=HYPERLINK(1)" })]).split("\r\n");
  expect(lines[1]).toBe(`1,2026-01-01T00:00:00Z,'=HYPERLINK(1),login,,,,-1,,,"{""a"":1,""b"":""x""}"`);
  expect(lines[2]).toBe("");
});
