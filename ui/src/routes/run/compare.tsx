import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Compare } from "@/features/run/Compare";
import { asText } from "@/lib/search";

const ROUTE = "/dags/$dagId/runs/$runId/compare";

/** `/dags/…/runs/…/compare?with=&all=` */
export default function RunComparePage() {
  const run = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const change = (some: { with?: string; all?: boolean }) =>
    void navigate({ from: ROUTE, to: ".", search: (old: Record<string, unknown>) => ({ ...old, ...some }), replace: true });
  return <Compare run={run} other={asText(search.with)} onlyDifferent={search.all !== true} onChange={change} />;
}
