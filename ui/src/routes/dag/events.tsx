import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Events } from "@/features/dag/Events";

/** `/dags/…/events`; `?q=…` narrows the list. */
export default function EventsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/events" });
  const search: Record<string, unknown> = useSearch({ from: "/dags/$dagId/events" });
  const navigate = useNavigate({ from: "/dags/$dagId/events" });
  const text = typeof search.q === "string" ? search.q : "";
  return <Events dagId={dagId} text={text} onText={(q) => void navigate({ search: (old) => ({ ...old, q: q || undefined }), replace: true })} />;
}
