import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { fromSearch, toSearch } from "@/features/gantt/choice";
import { Gantt, type GanttChoice } from "@/features/gantt/Gantt";

const ROUTE = "/dags/$dagId/gantt";

/** `/dags/…/gantt?run=&zoom=&fold=` */
export default function DagGanttPage() {
  const { dagId } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const choice = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const change = (some: Partial<GanttChoice>) => void navigate({ from: ROUTE, to: ".", search: toSearch({ ...choice, ...some }), replace: true });
  return <Gantt key={dagId} dagId={dagId} choice={choice} onChange={change} />;
}
