import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Events } from "@/features/run/Events";
import { asText } from "@/lib/search";

const ROUTE = "/dags/$dagId/runs/$runId/events";

/** `/dags/…/runs/…/events?order=` */
export default function RunEventsPage() {
  const run = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const change = (order: string) => void navigate({ from: ROUTE, to: ".", search: (old: Record<string, unknown>) => ({ ...old, order }), replace: true });
  return <Events run={run} order={asText(search.order) ?? "-when"} onOrder={change} />;
}
