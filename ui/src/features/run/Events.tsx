import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Empty, Failure } from "@/components/Say";
import { Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";

import styles from "./run.module.css";
import { type RunKey, useRunEvents } from "./useRun";

/** What people and programs did to a run. */
export function Events({ run, order, onOrder }: { run: RunKey; order: string; onOrder: (order: string) => void }) {
  const { t } = useTranslation("run");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useRunEvents(run, order);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.event_logs) ?? [], [data]);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("events.title")}>
      <Table
        label={t("events.title")}
        rows={rows}
        rowKey={(row) => String(row.event_log_id)}
        loading={isPending}
        order={order}
        onOrder={onOrder}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        height="calc(100dvh - 19rem)"
        empty={<Empty title={t("events.none")} />}
        columns={[
          { key: "when", header: t("events.when"), sort: "when", width: "12rem", cell: (row) => <When at={row.when} /> },
          { key: "event", header: t("events.event"), sort: "event", cell: (row) => <code>{row.event}</code> },
          { key: "who", header: t("events.who"), sort: "owner", cell: (row) => row.owner ?? "–" },
          { key: "task", header: t("events.task"), sort: "task_id", wideOnly: true, cell: (row) => taskOf(row.task_id, row.map_index) },
          { key: "extra", header: t("events.extra"), wideOnly: true, cell: (row) => <div className={styles.extra} title={row.extra ?? ""}>{row.extra}</div> },
        ]}
      />
    </Card>
  );
}

function taskOf(taskId: string | null, mapIndex: number | null): string {
  if (!taskId) return "–";
  return mapIndex === null || mapIndex < 0 ? taskId : `${taskId} [${mapIndex}]`;
}
