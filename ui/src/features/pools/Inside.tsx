import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Dialog } from "@/components/Dialog";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";

import { type TaskInstance, useInside } from "./usePools";

/** The task instances that hold slots of a pool, or wait for one. */
export function Inside({ pool, onClose }: { pool: string; onClose: () => void }) {
  const { t } = useTranslation("pools");
  const { data, error, refetch, isPending } = useInside(pool);
  const columns = useColumns();
  const shown = data?.task_instances ?? [];
  return (
    <Dialog open onClose={onClose} title={t("waiting.title", { pool })} wide>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Table
          label={t("waiting.title", { pool })}
          rows={shown}
          columns={columns}
          rowKey={(one) => one.id}
          loading={isPending}
          height={shown.length > 10 ? "24rem" : "auto"}
          empty={<Empty title={t("waiting.none")}>{t("waiting.noneText")}</Empty>}
        />
      )}
      {(data?.total_entries ?? 0) > shown.length && <p className="muted">{t("waiting.more", { count: shown.length })}</p>}
    </Dialog>
  );
}

function useColumns(): Column<TaskInstance>[] {
  const { t } = useTranslation("pools");
  return [
    { key: "state", header: t("waiting.state"), width: "8rem", cell: ({ state }) => <StateBadge state={state} /> },
    {
      key: "task",
      header: t("waiting.task"),
      cell: (one) => (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId: one.dag_id, runId: one.dag_run_id, taskId: one.task_id }} search={{ map_index: one.map_index }}>
          {one.dag_id} · {one.map_index < 0 ? one.task_id : `${one.task_id} [${one.map_index}]`}
        </Link>
      ),
    },
    { key: "run", header: t("waiting.run"), wideOnly: true, cell: (one) => one.dag_run_id },
    { key: "since", header: t("waiting.since"), wideOnly: true, cell: (one) => <When at={one.start_date ?? one.queued_when ?? one.scheduled_when} ago /> },
  ];
}
