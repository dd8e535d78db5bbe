import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Tasks } from "@/features/dag/Tasks";

/** `/dags/…/tasks`; `?q=…` narrows the list. */
export default function TasksPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/tasks" });
  const search: Record<string, unknown> = useSearch({ from: "/dags/$dagId/tasks" });
  const navigate = useNavigate({ from: "/dags/$dagId/tasks" });
  const text = typeof search.q === "string" ? search.q : "";
  return <Tasks dagId={dagId} text={text} onText={(q) => void navigate({ search: (old) => ({ ...old, q: q || undefined }), replace: true })} />;
}
