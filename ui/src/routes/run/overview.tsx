import { useParams } from "@tanstack/react-router";

import { Overview } from "@/features/run/Overview";

/** `/dags/…/runs/…` */
export default function RunOverviewPage() {
  return <Overview run={useParams({ from: "/dags/$dagId/runs/$runId" })} />;
}
