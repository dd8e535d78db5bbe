import { useParams } from "@tanstack/react-router";

import { Details } from "@/features/run/Details";

/** `/dags/…/runs/…/details` */
export default function RunDetailsPage() {
  return <Details run={useParams({ from: "/dags/$dagId/runs/$runId/details" })} />;
}
