import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import { RunTasks } from "@/features/run/RunTasks";
import { type TaskFilter } from "@/features/run/useTasks";
import { asText, asTexts } from "@/lib/search";

const ROUTE = "/dags/$dagId/runs/$runId/tasks";

/** `/dags/…/runs/…/tasks?q=&state=&order=` */
export default function RunTasksPage() {
  const run = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const filter = { q: asText(search.q), states: asTexts(search.state), order: asText(search.order) };
  const change = useCallback(
    (some: Partial<TaskFilter>) => {
      const { states, ...rest } = some;
      const next = "states" in some ? { ...rest, state: states } : rest;
      void navigate({ from: ROUTE, to: ".", search: (old: Record<string, unknown>) => ({ ...old, ...next }), replace: true });
    },
    [navigate],
  );
  return <RunTasks run={run} filter={filter} onFilter={change} />;
}
