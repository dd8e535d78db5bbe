import { useParams } from "@tanstack/react-router";

import { Overview } from "@/features/dag/Overview";
import { useDag } from "@/features/dag/useDag";

/** `/dags/…`: a DAG at a glance. */
export default function OverviewPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/" });
  const { data: dag } = useDag(dagId);
  return dag ? <Overview dag={dag} /> : null;
}
