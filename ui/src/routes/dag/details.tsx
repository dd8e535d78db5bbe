import { useParams } from "@tanstack/react-router";

import { Details } from "@/features/dag/Details";
import { useDag } from "@/features/dag/useDag";

/** `/dags/…/details`. */
export default function DetailsPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/details" });
  const { data: dag } = useDag(dagId);
  return dag ? <Details dag={dag} /> : null;
}
