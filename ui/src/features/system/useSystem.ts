import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Workers = Schemas["UIWorkers"];
export type Attempt = Schemas["UIAttempt"];
export type Job = Schemas["JobResponse"];
export type Deadline = Schemas["UIDeadline"];

const PAGE = 100;
/** Heartbeats are not told as changes are: they are asked for, as often as they come. */
const BEAT = 5000;

/** Hosts, queues, pools and what runs. It changes as runs do. */
export function useWorkers() {
  return useQuery({ queryKey: keys.all("runs", "workers"), queryFn: () => data(api.GET("/api/tradewind/ui/workers")) });
}

export interface JobFilter {
  type?: string | undefined;
  state?: string | undefined;
  host?: string | undefined;
}

export const JOB_TYPES = ["SchedulerJob", "DagProcessorJob", "TriggererJob"] as const;
export const JOB_STATES = ["running", "success", "failed"] as const;

/** The processes of this installation, those heard of last first. */
export function useJobs({ type, state, host }: JobFilter) {
  return useInfiniteQuery({
    queryKey: keys.all("jobs", "list", type, state, host),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/jobs", {
          params: {
            query: { limit: PAGE, offset: pageParam, order_by: ["-latest_heartbeat"], ...(type ? { job_type: type } : {}), ...(state ? { job_state: state } : {}), ...(host ? { hostname: host } : {}) },
          },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => BEAT * (state.data?.pages.length ?? 1),
  });
}

/** The numbers of the jobs whose heartbeat is young enough: the server knows what that is. */
export function useAlive() {
  return useQuery({
    queryKey: keys.all("jobs", "alive"),
    queryFn: () => data(api.GET("/api/v2/jobs", { params: { query: { limit: PAGE, is_alive: true } } })),
    select: (answer) => new Set(answer.jobs.map(({ id }) => id)),
    refetchInterval: BEAT,
  });
}

export const DAYS = [1, 7, 30, 90, 366] as const;
const MOST = 500;

export function useDeadlines(days: number) {
  return useQuery({
    queryKey: keys.all("deadlines", "list", days),
    queryFn: () => data(api.GET("/api/tradewind/ui/deadlines", { params: { query: { days, limit: MOST } } })),
    placeholderData: keepPreviousData,
  });
}
