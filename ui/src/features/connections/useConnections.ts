import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Connection = Schemas["ConnectionResponse"];
export type ConnectionBody = Schemas["ConnectionBody"];
export type ConnectionType = Schemas["UIConnectionType"];

const PAGE = 100;
const ALL = "/api/v2/connections";
const ONE = "/api/v2/connections/{connection_id}";
const TESTS = "/api/v2/connections/enqueue-test";
const TOKEN = "Airflow-Connection-Test-Token";
const KIND = "connections";
/** Milliseconds between two questions for a test's result. */
const BETWEEN = 400;

/** The connections that fit, a hundred at a time. */
export function useConnections(text: string, order: string) {
  return useInfiniteQuery({
    queryKey: keys.all(KIND, text, order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => data(api.GET(ALL, { params: { query: { limit: PAGE, offset: pageParam, order_by: [order], ...(text ? { connection_id_pattern: `%${text}%` } : {}) } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    select: ({ pages }) => ({ connections: pages.flatMap((page) => page.connections), total: pages[0]?.total_entries ?? 0 }),
  });
}

export function useConnection(id: string) {
  return useQuery({ queryKey: keys.all(KIND, "one", id), queryFn: () => data(api.GET(ONE, { params: { path: { connection_id: id } } })), retry: false });
}

/** The types that the form knows. */
export function useTypes() {
  return useQuery({ queryKey: ["connection-types"], queryFn: () => data(api.GET("/api/tradewind/ui/connection-types")), staleTime: Infinity, select: ({ types }) => types });
}

function useRenewed() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keys.all(KIND) });
}

/** Writes a new one, or changes one that is there. */
export function useSave(isNew: boolean) {
  return useMutation({
    mutationFn: (body: ConnectionBody) => data(isNew ? api.POST(ALL, { body }) : api.PATCH(ONE, { params: { path: { connection_id: body.connection_id } }, body })),
    onSettled: useRenewed(),
  });
}

/** Deletes several; answers how many, and what the server refused. */
export function useDelete() {
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      const answer = await data(api.PATCH(ALL, { body: { actions: [{ action: "delete", entities: [...ids], action_on_non_existence: "skip" }] } }));
      const errors: readonly Record<string, unknown>[] = answer.delete?.errors ?? [];
      return { count: answer.delete?.success.length ?? 0, errors: errors.map(({ error }) => String(error)) };
    },
    onSettled: useRenewed(),
  });
}

/** Adds the connections that Airflow's examples use. */
export function useDefaults() {
  return useMutation({ mutationFn: () => data(api.POST("/api/v2/connections/defaults")), onSettled: useRenewed() });
}

export interface Tried {
  works: boolean;
  message: string;
}

/** Has a worker try a connection out, and waits for what comes of it. */
export function useTest() {
  return useMutation({
    mutationFn: async (body: ConnectionBody): Promise<Tried> => {
      const { token } = await data(api.POST(TESTS, { body: { ...body, commit_on_success: false, executor: null, queue: null } }));
      for (;;) {
        await new Promise((wake) => setTimeout(wake, BETWEEN));
        const { state, result_message: message } = await data(api.GET(TESTS, { params: { header: { [TOKEN]: token } } }));
        if (state === "success" || state === "failed") return { works: state === "success", message: message ?? "" };
      }
    },
  });
}
