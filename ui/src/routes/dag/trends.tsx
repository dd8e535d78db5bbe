import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { useDag } from "@/features/dag/useDag";
import { trendsSearch, TrendsView } from "@/features/trends/TrendsView";

/** `/dags/…/trends`: number of runs and chart or table stand in the address. */
export default function TrendsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/trends" });
  const search = trendsSearch(useSearch({ from: "/dags/$dagId/trends" }));
  const navigate = useNavigate({ from: "/dags/$dagId/trends" });
  const { data: dag } = useDag(dagId);
  return (
    <TrendsView
      dagId={dagId}
      search={search}
      onSearch={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true, resetScroll: false })}
      zone={dag?.timezone ?? undefined}
    />
  );
}
