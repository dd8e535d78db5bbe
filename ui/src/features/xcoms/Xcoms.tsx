import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Dialog";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { TypedSearch } from "@/components/TypedSearch";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asOneOf, asText, asTexts, type ViewProps } from "@/lib/search";

import { nameOf, shownIn, taskLabel } from "./names";
import { useDelete, useXcoms, type XCom, type XComName } from "./useXcoms";
import { ValueDialog } from "./ValueDialog";
import styles from "./Xcoms.module.css";

const ORDERS = ["timestamp", "key", "dag_id", "run_id", "task_id"].flatMap((name) => [`-${name}`, name]);
const PARTS = ["dag", "run", "task", "key"] as const;

/** What tasks of any DAG left for each other: found, looked into, deleted. */
export default function Xcoms({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("xcoms");
  const [dag, run, task, key] = PARTS.map((part) => asText(search[part]) ?? "") as [string, string, string, string];
  const order = asOneOf(search.order, ORDERS) ?? "-timestamp";
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useXcoms({ dag, run, task, key, order });
  const [doomed, setDoomed] = useState<XComName>();
  const columns = useColumns((name) => onSearch({ show: shownIn(name) }), setDoomed);
  const shown = nameOf(asTexts(search.show));
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <div className={styles.bar}>
        {PARTS.map((part) => (
          <TypedSearch key={part} label={t(`filter.${part}`)} value={asText(search[part]) ?? ""} onChange={(text) => onSearch({ [part]: text || undefined })} />
        ))}
      </div>
      <Card flush title={t("found", { count: data?.total ?? 0 })}>
        <Table
          label={t("title")}
          rows={data?.xcoms ?? []}
          columns={columns}
          rowKey={(xcom) => JSON.stringify(shownIn(placeOf(xcom)))}
          order={order}
          onOrder={(next) => onSearch({ order: next })}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          empty={dag || run || task || key ? <Empty title={t("nothing.filtered")} /> : <Empty title={t("nothing.title")}>{t("nothing.text")}</Empty>}
        />
      </Card>
      {shown && <ValueDialog name={shown} onClose={() => onSearch({ show: undefined })} />}
      {doomed && <Deletion name={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

const placeOf = (xcom: XCom): XComName => ({ dag: xcom.dag_id, run: xcom.run_id, task: xcom.task_id, mapIndex: xcom.map_index, key: xcom.key });

function useColumns(onShow: (name: XComName) => void, onDelete: (name: XComName) => void): Column<XCom>[] {
  const { t } = useTranslation("xcoms");
  const { may } = useMe();
  const words = (xcom: XCom) => ({ key: xcom.key, task: taskLabel(xcom.task_id, xcom.map_index) });
  const remove: Column<XCom> = {
    key: "do",
    header: <span className="visually-hidden">{t("actions")}</span>,
    width: "3rem",
    cell: (xcom) => (
      <div className={styles.actions}>
        <IconButton label={t("delete", words(xcom))} onClick={() => onDelete(placeOf(xcom))}>
          <Trash2 />
        </IconButton>
      </div>
    ),
  };
  return [
    {
      key: "key",
      header: t("key"),
      sort: "key",
      cell: (xcom) => (
        <button type="button" className={styles.show} aria-label={t("show", words(xcom))} onClick={() => onShow(placeOf(xcom))}>
          {xcom.key}
        </button>
      ),
    },
    { key: "dag", header: t("dag"), sort: "dag_id", cell: (xcom) => <Link className={styles.name} to="/dags/$dagId" params={{ dagId: xcom.dag_id }}>{xcom.dag_display_name}</Link> },
    { key: "run", header: t("run"), sort: "run_id", wideOnly: true, cell: (xcom) => <Link to="/dags/$dagId/runs/$runId" params={{ dagId: xcom.dag_id, runId: xcom.run_id }}>{xcom.run_id}</Link> },
    { key: "task", header: t("task"), sort: "task_id", cell: (xcom) => <TaskLink xcom={xcom} /> },
    { key: "at", header: t("at"), sort: "timestamp", wideOnly: true, cell: (xcom) => <span className={styles.at}><When at={xcom.timestamp} ago /></span> },
    ...(may("xcom", "delete") ? [remove] : []),
  ];
}

function TaskLink({ xcom }: { xcom: XCom }) {
  return (
    <Link className={styles.name} to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId: xcom.dag_id, runId: xcom.run_id, taskId: xcom.task_id }} search={{ map_index: xcom.map_index }}>
      {taskLabel(xcom.task_display_name, xcom.map_index)}
    </Link>
  );
}

function Deletion({ name, onClose }: { name: XComName; onClose: () => void }) {
  const { t } = useTranslation("xcoms");
  const say = useSay();
  const remove = useDelete();
  const title = t("delete", { key: name.key, task: taskLabel(name.task, name.mapIndex) });
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("deleted", { key: name.key })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={title} description={t("askText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}
