import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { Calendar, calendarSearch } from "@/features/calendar/Calendar";
import { useDag } from "@/features/dag/useDag";

/** `/dags/…/calendar`: range and chosen day stand in the address. */
export default function CalendarPage() {
  const { dagId } = useParams({ from: "/dags/$dagId/calendar" });
  const search = calendarSearch(useSearch({ from: "/dags/$dagId/calendar" }));
  const navigate = useNavigate({ from: "/dags/$dagId/calendar" });
  const { data: dag } = useDag(dagId);
  return (
    <Calendar
      dagId={dagId}
      search={search}
      onSearch={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true, resetScroll: false })}
      zone={dag?.timezone ?? undefined}
    />
  );
}
