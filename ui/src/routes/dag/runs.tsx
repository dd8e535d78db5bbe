import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Runs } from "@/features/dag-runs/Runs";
import { type RunsFilter } from "@/features/dag-runs/useRuns";

/** `/dags/…/runs`: every filter stands in the address. */
export default function RunsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/runs" });
  const { q, state, type, from, to, order }: RunsFilter = useSearch({ from: "/dags/$dagId/runs" });
  const navigate = useNavigate({ from: "/dags/$dagId/runs" });
  return <Runs key={dagId} dagId={dagId} filter={{ q, state, type, from, to, order }} onFilter={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true })} />;
}
