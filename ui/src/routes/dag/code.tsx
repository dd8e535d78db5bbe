import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { codeSearch, CodeView } from "@/features/code/CodeView";
import { useDag } from "@/features/dag/useDag";

/** `/dags/…/code`: version, comparison and line stand in the address. */
export default function CodePage() {
  const { dagId } = useParams({ from: "/dags/$dagId/code" });
  const search = codeSearch(useSearch({ from: "/dags/$dagId/code" }));
  const navigate = useNavigate({ from: "/dags/$dagId/code" });
  const { data: dag } = useDag(dagId);
  return (
    <CodeView
      dagId={dagId}
      search={search}
      onSearch={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true })}
      zone={dag?.timezone ?? undefined}
    />
  );
}
