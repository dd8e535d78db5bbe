import { useNavigate, useRouter } from "@tanstack/react-router";

import { type GridRun } from "./cells";
import { type Place } from "./moves";
import { type GridRow } from "./rows";

/** Opens what a place stands for: a run, a task instance, all instances of a mapped task; a group folds. */
export function useOpen(dagId: string, rows: readonly GridRow[], runs: readonly GridRun[], onFold: (row: GridRow) => void) {
  const navigate = useNavigate();
  const router = useRouter();
  return (place: Place, apart: boolean) => {
    const row = rows[place.row];
    const runId = runs[place.column]?.run_id;
    if (row?.group) {
      onFold(row);
      return;
    }
    if (runId === undefined) return;
    const to = target(dagId, runId, row);
    if (apart) window.open(router.buildLocation(to).href, "_blank", "noopener");
    else void navigate(to);
  };
}

function target(dagId: string, runId: string, row: GridRow | undefined) {
  if (!row) return { to: "/dags/$dagId/runs/$runId" as const, params: { dagId, runId } };
  const params = { dagId, runId, taskId: row.id };
  const search = { map_index: -1 };
  if (row.mapped) return { to: "/dags/$dagId/runs/$runId/tasks/$taskId/mapped" as const, params, search };
  return { to: "/dags/$dagId/runs/$runId/tasks/$taskId" as const, params, search };
}
