import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Card } from "@/components/Card";
import { SearchField } from "@/components/Fields";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

import styles from "./Views.module.css";

type Event = Schemas["EventLogResponse"];

const PAGE = 100;

interface EventsProps {
  dagId: string;
  text: string;
  onText: (text: string) => void;
}

/** The audit log of a DAG: who did what to it, when. */
export function Events({ dagId, text, onText }: EventsProps) {
  const { t } = useTranslation("dag");
  const { may } = useMe();
  const { data: answer, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: keys.dag(dagId, "events", text),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/eventLogs", {
          params: { query: { dag_id: dagId, limit: PAGE, offset: pageParam, order_by: ["-when"], ...(text ? { event_pattern: `%${text}%` } : {}) } },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    enabled: may("audit", "read"),
  });
  const events = useMemo(() => answer?.pages.flatMap((page) => page.event_logs) ?? [], [answer]);
  const columns = useColumns(dagId);
  if (!may("audit", "read")) return <Empty title={t("event.refused")} />;
  if (blocking(error, answer)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <SearchField label={t("event.search")} value={text} onChange={(change) => onText(change.target.value)} className={styles.search} />
      <Card flush title={t("event.found", { count: answer?.pages[0]?.total_entries ?? 0 })}>
        <Table
          label={t("tabs.events")}
          rows={events}
          columns={columns}
          rowKey={(event) => String(event.event_log_id)}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          empty={<Empty title={t("event.none")} />}
        />
      </Card>
    </>
  );
}

function useColumns(dagId: string): Column<Event>[] {
  const { t } = useTranslation("dag");
  return [
    { key: "when", header: t("event.when"), width: "12rem", cell: (event) => <When at={event.when} /> },
    { key: "event", header: t("event.event"), cell: (event) => <code>{event.event}</code> },
    { key: "who", header: t("event.who"), cell: (event) => event.owner ?? "–" },
    {
      key: "run",
      header: t("event.run"),
      cell: (event) =>
        event.run_id && (
          <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId: event.run_id }}>
            {event.run_id}
          </Link>
        ),
    },
    { key: "task", header: t("event.task"), wideOnly: true, cell: (event) => event.task_id },
    { key: "extra", header: t("event.extra"), wideOnly: true, cell: (event) => event.extra && <code className={styles.extra}>{event.extra}</code> },
  ];
}
