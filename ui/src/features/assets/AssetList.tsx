import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Code } from "@/components/Code";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { count } from "@/lib/format";

import styles from "./assets.module.css";
import { type AssetInShort, type AssetOrder, ORDERS, useAssets } from "./useAssets";

interface AssetListProps {
  q: string;
  order: AssetOrder;
  onOrder: (order: AssetOrder) => void;
}

/** Every asset that a DAG mentions: who makes it, who uses it, and when it was updated last. */
export function AssetList({ q, order, onOrder }: AssetListProps) {
  const { t } = useTranslation("assets");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useAssets(q, order);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.assets) ?? [], [data]);
  const columns = useColumns();
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("found", { count: data?.pages[0]?.total ?? 0 })}>
      <Table
        label={t("title")}
        rows={rows}
        columns={columns}
        rowKey={(asset) => String(asset.id)}
        order={order}
        onOrder={(next) => onOrder(ORDERS.find((known) => known === next) ?? "name")}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        rowHeight={56}
        empty={q ? <Empty title={t("nothing", { q })} /> : <NoAssets />}
      />
    </Card>
  );
}

const EXAMPLE = `orders = Asset("orders")

@task(outlets=[orders])
def read(): ...

with DAG("on_orders", schedule=[orders]): ...`;

/** How to have one. */
export function NoAssets() {
  const { t } = useTranslation("assets");
  return (
    <Empty title={t("none.title")}>
      <p>{t("none.text")}</p>
      <div className={styles.example}>
        <Code text={EXAMPLE} />
      </div>
    </Empty>
  );
}

function useColumns(): Column<AssetInShort>[] {
  const { t, i18n } = useTranslation("assets");
  return [
    {
      key: "name",
      header: t("name"),
      sort: "name",
      cell: (asset) => (
        <div className={styles.asset}>
          <Link to="/assets/$assetId" params={{ assetId: String(asset.id) }} className={styles.name}>
            {asset.name}
          </Link>
          {asset.uri !== asset.name && <span className={styles.uri}>{asset.uri}</span>}
        </div>
      ),
    },
    { key: "group", header: t("group"), sort: "group", wideOnly: true, cell: (asset) => <Chip>{asset.group}</Chip> },
    { key: "producers", header: t("producers"), wideOnly: true, cell: (asset) => <DagLinks dagIds={asset.producers} /> },
    { key: "consumers", header: t("consumers"), wideOnly: true, cell: (asset) => <DagLinks dagIds={asset.consumers} /> },
    { key: "events", header: t("events"), right: true, cell: (asset) => <span className="num">{count(asset.events, i18n.language)}</span> },
    { key: "last", header: t("last"), right: true, cell: (asset) => (asset.last_event ? <When at={asset.last_event} ago /> : <span className="muted">{t("never")}</span>) },
  ];
}

const SHOWN = 3;

/** DAGs by name; of many, the first ones and how many more. */
function DagLinks({ dagIds }: { dagIds: readonly string[] }) {
  const { t } = useTranslation("assets");
  if (dagIds.length === 0) return <span className="muted">–</span>;
  return (
    <span className={styles.dags}>
      {dagIds.slice(0, SHOWN).map((dagId) => (
        <Link key={dagId} to="/dags/$dagId" params={{ dagId }}>
          {dagId}
        </Link>
      ))}
      {dagIds.length > SHOWN && (
        <span className="muted" title={dagIds.slice(SHOWN).join(", ")}>
          {t("moreDags", { count: dagIds.length - SHOWN })}
        </span>
      )}
    </span>
  );
}
