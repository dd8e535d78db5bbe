import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Json } from "@/components/Json";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";

import { structure } from "./Rendered";
import { type TaskKey } from "./useTaskInstance";
import { type AuditEntry, useTaskEvents } from "./useTaskDetails";

/** Who did what to the task in this run. */
export function TaskEvents({ of }: { of: TaskKey }) {
  const { t } = useTranslation("task");
  const { data, error, refetch, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useTaskEvents(of);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.event_logs) ?? [], [data]);
  const columns: Column<AuditEntry>[] = [
    { key: "when", header: t("events.when"), width: "12rem", cell: (one) => <When at={one.when} /> },
    { key: "who", header: t("events.who"), cell: (one) => one.owner ?? "–" },
    { key: "what", header: t("events.what"), cell: (one) => <code>{one.event}</code> },
    { key: "extra", header: t("events.extra"), wideOnly: true, cell: (one) => (one.extra ? <Json value={structure(one.extra)} depth={0} /> : null) },
  ];
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush>
      <Table
        label={t("tabs.events")}
        rows={rows}
        columns={columns}
        rowKey={(one) => String(one.event_log_id)}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        empty={<Empty title={t("events.none")}>{t("events.noneText")}</Empty>}
      />
    </Card>
  );
}
