import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import { type Entry } from "./file";

export type Variable = Schemas["VariableResponse"];
export type NewVariable = Schemas["VariableBody"];
export type Existing = "skip" | "overwrite" | "fail";

const PAGE = 100;
/** What one request may hold. */
const MOST = 1000;
const ALL = "/api/v2/variables";
const ONE = "/api/v2/variables/{variable_key}";
const KIND = "variables";

function ask(text: string, order: string, limit: number, offset: number) {
  return data(api.GET(ALL, { params: { query: { limit, offset, order_by: [order], ...(text ? { variable_key_pattern: `%${text}%` } : {}) } } }));
}

/** The variables that fit, a hundred at a time. */
export function useVariables(text: string, order: string) {
  return useInfiniteQuery({
    queryKey: keys.all(KIND, text, order),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => ask(text, order, PAGE, pageParam),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

export function useVariable(key: string) {
  return useQuery({ queryKey: keys.all(KIND, "one", key), queryFn: () => data(api.GET(ONE, { params: { path: { variable_key: key } } })), retry: false });
}

/** All of them, for a file. */
export async function fetchAll(): Promise<Variable[]> {
  const found: Variable[] = [];
  for (;;) {
    const page = await ask("", "key", MOST, found.length);
    found.push(...page.variables);
    if (page.variables.length === 0 || found.length >= page.total_entries) return found;
  }
}

function useRenewed() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keys.all(KIND) });
}

/** Writes a new one, or changes one that is there. */
export function useSave(isNew: boolean) {
  return useMutation({
    mutationFn: (body: NewVariable) => data(isNew ? api.POST(ALL, { body }) : api.PATCH(ONE, { params: { path: { variable_key: body.key } }, body })),
    onSettled: useRenewed(),
  });
}

type Actions = Schemas["BulkBody_VariableBody_"]["actions"];

async function change(actions: Actions) {
  const answer = await data(api.PATCH(ALL, { body: { actions } }));
  const done = answer.create ?? answer.delete;
  const errors: readonly Record<string, unknown>[] = done?.errors ?? [];
  return { count: done?.success.length ?? 0, errors: errors.map(({ error }) => String(error)) };
}

/** Deletes several; answers how many, and what the server refused. */
export function useDelete() {
  return useMutation({
    mutationFn: (names: readonly string[]) => change([{ action: "delete", entities: [...names], action_on_non_existence: "skip" }]),
    onSettled: useRenewed(),
  });
}

/** Creates what a file holds, a thousand at a time. */
export function useImport() {
  return useMutation({
    mutationFn: async ({ entries, existing }: { entries: readonly Entry[]; existing: Existing }) => {
      let count = 0;
      for (let from = 0; from < entries.length; from += MOST) {
        const done = await change([{ action: "create", entities: entries.slice(from, from + MOST), action_on_existence: existing }]);
        count += done.count;
        if (done.errors.length > 0) return { count, errors: done.errors };
      }
      return { count, errors: [] };
    },
    onSettled: useRenewed(),
  });
}
