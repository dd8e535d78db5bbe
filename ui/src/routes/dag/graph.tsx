import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { fromSearch, toSearch } from "@/features/graph/choice";
import { Graph, type GraphChoice } from "@/features/graph/Graph";

const ROUTE = "/dags/$dagId/graph";

/** `/dags/…/graph?run=&task=&way=&depth=&dir=&fold=&critical=&outer=` */
export default function DagGraphPage() {
  const { dagId } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const choice = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const change = (some: Partial<GraphChoice>) => void navigate({ from: ROUTE, to: ".", search: toSearch({ ...choice, ...some }), replace: true });
  return <Graph key={dagId} dagId={dagId} choice={choice} onChange={change} />;
}
