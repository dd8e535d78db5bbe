import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { fromLocal } from "@/lib/time";

import { monthsOf, plus, plusMonths, type Range } from "./days";

/** The server leaves out the states that no run of the day has. */
export type Day = Pick<Schemas["UIDay"], "day"> & Partial<Schemas["UIDay"]>;

/** Runs so far ahead are planned; beyond, a frequent schedule would be a hundred thousand. */
const AHEAD = 100;

/** How the runs of each day went, by day. */
export function useCalendar(dagId: string, range: Range, zone: string, today: string) {
  const months = monthsOf(range);
  // A day more at both ends: in which zone a day begins, the server knows.
  const since = plus(`${months[0] ?? ""}-01`, -1);
  const end = plus(plusMonths(`${months.at(-1) ?? ""}-01`, 1), 1);
  const ahead = plus(today, AHEAD);
  const until = since > ahead || end < ahead ? end : ahead;
  return useQuery({
    queryKey: keys.dag(dagId, "calendar", since, until, zone),
    queryFn: () =>
      data(
        api.GET("/api/tradewind/ui/dags/{dag_id}/calendar", {
          params: { path: { dag_id: dagId }, query: { since: `${since}T00:00:00Z`, until: `${until}T00:00:00Z`, timezone: zone } },
        }),
      ),
    placeholderData: keepPreviousData,
    select: byDay,
  });
}

function byDay(answer: Schemas["UICalendar"]): ReadonlyMap<string, Day> {
  return new Map(answer.days.map((day) => [day.day, day]));
}

const MOST = 200;

/** The runs of one day. */
export function useRunsOfDay(dagId: string, day: string, zone: string) {
  return useQuery({
    queryKey: keys.dag(dagId, "runs", "of day", day, zone),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: { path: { dag_id: dagId }, query: { run_after_gte: fromLocal(`${day}T00:00`, zone), run_after_lt: fromLocal(`${plus(day, 1)}T00:00`, zone), limit: MOST, order_by: ["run_after"] } },
        }),
      ),
  });
}
