import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

export type Question = Schemas["HITLDetail"];

const EVERYWHERE = { path: { dag_id: "~", dag_run_id: "~" } };
const PAGE = 50;

function ask(answered: boolean, limit: number, offset: number) {
  return data(
    api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/hitlDetails", {
      params: {
        ...EVERYWHERE,
        query: { limit, offset, response_received: answered, order_by: [answered ? "-responded_at" : "created_at"], ...(answered ? {} : { state: ["awaiting_input", "deferred"] }) },
      },
    }),
  );
}

/** Questions that wait for somebody, the oldest first; or those that were answered, the latest first. */
export function useQuestions(answered: boolean) {
  return useInfiniteQuery({
    queryKey: keys.all("hitl", answered),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => ask(answered, PAGE, pageParam),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
  });
}

/** How many questions wait. */
export function useWaiting(): number | undefined {
  const { may } = useMe();
  const { data: found } = useQuery({ queryKey: keys.all("hitl", "count"), queryFn: () => ask(false, 1, 0), enabled: may("task_instance", "read") });
  return found?.total_entries;
}

export interface Answer {
  options: string[];
  params: Record<string, unknown>;
}

/** Answers a question. */
export function useAnswer({ task_instance: task }: Question) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ options, params }: Answer) =>
      data(
        api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/hitlDetails", {
          params: { path: { dag_id: task.dag_id, dag_run_id: task.dag_run_id, task_id: task.task_id, map_index: task.map_index } },
          body: { chosen_options: options, params_input: params as Record<string, undefined> },
        }),
      ),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.all("hitl") }), client.invalidateQueries({ queryKey: keys.run(task.dag_id, task.dag_run_id) })]),
  });
}
