import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { fromSearch, toSearch } from "@/features/gantt/choice";
import { Gantt, type GanttChoice } from "@/features/gantt/Gantt";

const ROUTE = "/dags/$dagId/runs/$runId/gantt";

/** `/dags/…/runs/…/gantt?zoom=&fold=` */
export default function RunGanttPage() {
  const { dagId, runId } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const choice = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const change = (some: Partial<GanttChoice>) => void navigate({ from: ROUTE, to: ".", search: toSearch({ ...choice, ...some }), replace: true });
  return <Gantt dagId={dagId} runId={runId} choice={choice} onChange={change} />;
}
