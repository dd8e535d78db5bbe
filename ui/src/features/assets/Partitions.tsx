import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { count } from "@/lib/format";

import styles from "./assets.module.css";
import { type Partition, usePartitions } from "./useAssets";

/** The partitions of an asset: when each was updated, and the runs that it made or waits to make. */
export function Partitions({ assetId }: { assetId: number }) {
  const { t } = useTranslation("assets");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = usePartitions(assetId);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.partitions) ?? [], [data]);
  const columns = useColumns();
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("partitions.found", { count: data?.pages[0]?.total ?? 0 })}>
      <Table
        label={t("partitions.title")}
        rows={rows}
        columns={columns}
        rowKey={(one) => one.partition_key}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        empty={<Empty title={t("partitions.none")}>{t("partitions.noneText")}</Empty>}
      />
    </Card>
  );
}

function useColumns(): Column<Partition>[] {
  const { t, i18n } = useTranslation("assets");
  return [
    { key: "key", header: t("partition"), cell: (one) => <code>{one.partition_key}</code> },
    { key: "events", header: t("events"), right: true, cell: (one) => <span className="num">{count(one.events, i18n.language)}</span> },
    { key: "last", header: t("last"), cell: (one) => <When at={one.last_event} ago /> },
    { key: "targets", header: t("partitions.targets"), cell: (one) => <Targets partition={one} /> },
  ];
}

/** Each DAG's partition that this one goes to: its run, or that it waits for more. */
function Targets({ partition }: { partition: Partition }) {
  const { t } = useTranslation("assets");
  if (partition.targets.length === 0) return <span className="muted">–</span>;
  return (
    <span className={styles.runs}>
      {partition.targets.map((one) => (
        <span key={`${one.dag_id} ${one.partition_key} ${one.run_id ?? ""}`} className={styles.run}>
          {one.run_id === null ? (
            <Link to="/dags/$dagId" params={{ dagId: one.dag_id }}>
              {one.dag_display_name}
            </Link>
          ) : (
            <Link to="/dags/$dagId/runs/$runId" params={{ dagId: one.dag_id, runId: one.run_id }}>
              {one.dag_display_name}
            </Link>
          )}
          {one.partition_key !== partition.partition_key && <code>{one.partition_key}</code>}
          {one.state !== null && <StateBadge state={one.state} />}
          {one.waits && <Chip tone="accent">{t("partitions.waits")}</Chip>}
        </span>
      ))}
    </span>
  );
}
