import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Runs } from "@/features/dag-runs/Runs";
import { asDay, asOneOf, asText } from "@/lib/search";
import { RUN_STATES } from "@/lib/states";

/** `/dags/…/runs`: every filter stands in the address. */
export default function RunsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/runs" });
  const { q, state, type, from, to, order }: Record<string, unknown> = useSearch({ from: "/dags/$dagId/runs" });
  const navigate = useNavigate({ from: "/dags/$dagId/runs" });
  const filter = { q: asText(q), state: asOneOf(state, RUN_STATES), type: asText(type), from: asDay(from), to: asDay(to), order: asText(order) };
  return <Runs key={dagId} dagId={dagId} filter={filter} onFilter={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true })} />;
}
