import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { asText } from "@/lib/search";
import { fromLocal } from "@/lib/time";

export type Entry = Schemas["EventLogResponse"];

/** Parts of names, and a span of time as the fields of the viewer's zone have it. */
export interface AuditFilter {
  who?: string | undefined;
  event?: string | undefined;
  dag?: string | undefined;
  run?: string | undefined;
  task?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export const TEXTS = ["who", "event", "dag", "run", "task"] as const;
const PAGE = 100;
/** More than these are not taken along by an export. */
export const MOST = 10_000;

export function filterOf(search: Record<string, unknown>): AuditFilter {
  return { ...Object.fromEntries(TEXTS.map((name) => [name, asText(search[name])])), from: moment(search.from), to: moment(search.to) };
}

function moment(value: unknown): string | undefined {
  const text = asText(value);
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

function ask(filter: AuditFilter, zone: string, offset: number) {
  const part = (text: string | undefined) => (text ? `%${text}%` : undefined);
  const query = {
    owner_pattern: part(filter.who),
    event_pattern: part(filter.event),
    dag_id_pattern: part(filter.dag),
    run_id_pattern: part(filter.run),
    task_id_pattern: part(filter.task),
    after: filter.from && fromLocal(filter.from, zone),
    before: filter.to && fromLocal(filter.to, zone),
  };
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  return data(api.GET("/api/v2/eventLogs", { params: { query: { ...given, limit: PAGE, offset, order_by: ["-when"] } } }));
}

/** The entries that fit, the latest first, a hundred at a time. */
export function useAudit(filter: AuditFilter, zone: string) {
  return useInfiniteQuery({
    queryKey: keys.all("audit", "list", filter, zone),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => ask(filter, zone, pageParam),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

/** All entries that fit, as far as `MOST`. What is noted meanwhile moves pages: no entry twice. */
export async function everyEntry(filter: AuditFilter, zone: string): Promise<Entry[]> {
  const found = new Map<number, Entry>();
  for (let offset = 0; offset < MOST; offset += PAGE) {
    const { event_logs: entries, total_entries: total } = await ask(filter, zone, offset);
    for (const entry of entries) found.set(entry.event_log_id, entry);
    if (offset + PAGE >= total) break;
  }
  return [...found.values()];
}
