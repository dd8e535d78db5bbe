import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Json } from "@/components/Json";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";

import styles from "./assets.module.css";
import { type AssetEvent, useEvents } from "./useAssets";

/** Every update of an asset: what made it, what it said, and which runs it started. */
export function AssetEvents({ assetId }: { assetId: number }) {
  const { t } = useTranslation("assets");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useEvents(assetId);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.asset_events) ?? [], [data]);
  const columns = useColumns(rows.some((row) => row.partition_key !== null));
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("eventsFound", { count: data?.pages[0]?.total_entries ?? 0 })}>
      <Table
        label={t("events")}
        rows={rows}
        columns={columns}
        rowKey={(event) => String(event.id)}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        rowHeight={52}
        empty={<Empty title={t("noEvents.title")}>{t("noEvents.text")}</Empty>}
      />
    </Card>
  );
}

function useColumns(partitioned: boolean): Column<AssetEvent>[] {
  const { t } = useTranslation("assets");
  return [
    { key: "when", header: t("when"), width: "12rem", cell: (event) => <When at={event.timestamp} /> },
    { key: "source", header: t("source"), cell: (event) => <Source event={event} /> },
    ...(partitioned ? [{ key: "partition", header: t("partition"), cell: (event: AssetEvent) => (event.partition_key === null ? null : <Chip>{event.partition_key}</Chip>) }] : []),
    { key: "extra", header: t("extra"), wideOnly: true, cell: (event) => (isEmpty(event.extra) ? <span className="muted">–</span> : <Json value={event.extra} depth={0} />) },
    { key: "runs", header: t("started"), cell: (event) => <Started event={event} /> },
  ];
}

function isEmpty(extra: unknown): boolean {
  return typeof extra !== "object" || extra === null || Object.keys(extra).length === 0;
}

/** The task instance that made it; what came from outside has none. */
function Source({ event }: { event: AssetEvent }) {
  const { t } = useTranslation("assets");
  const { source_dag_id: dagId, source_run_id: runId, source_task_id: taskId, source_map_index: mapIndex } = event;
  if (dagId === null) return <span>{t(fromRest(event.extra) ? "byHand" : "fromOutside")}</span>;
  return (
    <span className={styles.source}>
      {runId !== null && taskId !== null ? (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId }} search={{ map_index: mapIndex }}>
          {taskId}
          {mapIndex >= 0 && ` [${mapIndex}]`}
        </Link>
      ) : (
        taskId
      )}
      <span className={styles.kind}>
        {runId === null ? (
          dagId
        ) : (
          <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }}>
            {dagId} · {runId}
          </Link>
        )}
      </span>
    </span>
  );
}

function fromRest(extra: unknown): boolean {
  return typeof extra === "object" && extra !== null && "from_rest_api" in extra;
}

function Started({ event }: { event: AssetEvent }) {
  if (event.created_dagruns.length === 0) return <span className="muted">–</span>;
  return (
    <span className={styles.runs}>
      {event.created_dagruns.map((run) => (
        <span key={`${run.dag_id} ${run.run_id}`} className={styles.run}>
          <Link to="/dags/$dagId/runs/$runId" params={{ dagId: run.dag_id, runId: run.run_id }} title={run.run_id}>
            {run.dag_id}
          </Link>
          <StateBadge state={run.state} />
        </span>
      ))}
    </span>
  );
}
