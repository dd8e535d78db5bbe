import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Backfills } from "@/features/backfills/Backfills";
import { useDag } from "@/features/dag/useDag";

/** `/dags/…/backfills`; `?create=true` opens the form. */
export default function BackfillsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/backfills" });
  const search: Record<string, unknown> = useSearch({ from: "/dags/$dagId/backfills" });
  const navigate = useNavigate({ from: "/dags/$dagId/backfills" });
  const { data: dag } = useDag(dagId);
  if (!dag) return null;
  const create = (creating: boolean) => void navigate({ search: (old) => ({ ...old, create: creating || undefined }), replace: !creating });
  return <Backfills dagId={dagId} dagZone={dag.timezone} possible={dag.is_backfillable} creating={search.create === true} onCreating={create} />;
}
