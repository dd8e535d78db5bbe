import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type XCom = Schemas["XComResponse"];

export interface XComFilter {
  /** Parts of the names. */
  dag: string;
  run: string;
  task: string;
  key: string;
  order: string;
}

const PAGE = 100;
const KIND = "xcoms";
const ALL = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries";

/** The XComs of any DAG that fit, without their values, a hundred at a time. */
export function useXcoms({ dag, run, task, key, order }: XComFilter) {
  return useInfiniteQuery({
    queryKey: keys.all(KIND, dag, run, task, key, order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET(ALL, {
          params: {
            path: { dag_id: "~", dag_run_id: "~", task_id: "~" },
            query: {
              limit: PAGE,
              offset: pageParam,
              order_by: [order],
              ...(dag ? { dag_display_name_pattern: `%${dag}%` } : {}),
              ...(run ? { run_id_pattern: `%${run}%` } : {}),
              ...(task ? { task_id_pattern: `%${task}%` } : {}),
              ...(key ? { xcom_key_pattern: `%${key}%` } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    select: ({ pages }) => ({ xcoms: pages.flatMap((page) => page.xcom_entries), total: pages[0]?.total_entries ?? 0 }),
  });
}

/** Which XCom. */
export interface XComName {
  dag: string;
  run: string;
  task: string;
  mapIndex: number;
  key: string;
}

const placeOf = ({ dag, run, task, mapIndex, key }: XComName) => ({ path: { dag_id: dag, dag_run_id: run, task_id: task, xcom_key: key }, query: { map_index: mapIndex } });

export function useValue(name: XComName) {
  return useQuery({ queryKey: keys.run(name.dag, name.run, "xcom", name.task, name.mapIndex, name.key), queryFn: () => data(api.GET(`${ALL}/{xcom_key}`, { params: placeOf(name) })), retry: false });
}

export function useDelete() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: XComName) => data(api.DELETE(`${ALL}/{xcom_key}`, { params: placeOf(name) })),
    onSettled: (_, __, { dag, run }) => Promise.all([client.invalidateQueries({ queryKey: keys.all(KIND) }), client.invalidateQueries({ queryKey: keys.run(dag, run, "xcom") })]),
  });
}
