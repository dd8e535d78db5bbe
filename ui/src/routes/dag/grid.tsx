import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import { useDag } from "@/features/dag/useDag";
import { Grid } from "@/features/grid/Grid";
import { type GridSearch, gridSearch } from "@/features/grid/search";

/** `/dags/…/grid`: filters, search and what is folded stand in the address. */
export default function GridPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/grid" });
  const raw = useSearch({ from: "/dags/$dagId/grid" });
  const search = useMemo(() => gridSearch(raw), [raw]);
  const navigate = useNavigate({ from: "/dags/$dagId/grid" });
  const change = useCallback((some: Partial<GridSearch>) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true }), [navigate]);
  const { data: dag } = useDag(dagId);
  return <Grid dagId={dagId} search={search} onSearch={change} zone={dag?.timezone ?? undefined} />;
}
