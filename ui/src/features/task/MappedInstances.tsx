import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { TASK_STATES } from "@/lib/states";

import styles from "./task.module.css";
import { type TaskInstance, type TaskKey } from "./useTaskInstance";
import { useMapped } from "./useTaskDetails";

interface MappedProps {
  of: TaskKey;
  states: readonly string[];
  order: string;
  onChange: (some: { state?: string[]; order?: string }) => void;
}

/** All instances of a mapped task in its run. */
export function MappedInstances({ of, states, order, onChange }: MappedProps) {
  const { t } = useTranslation("task");
  const { data, error, refetch, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useMapped(of, states, order);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.task_instances) ?? [], [data]);
  const columns = useColumns(of);
  const toggled = (state: string) => (states.includes(state) ? states.filter((each) => each !== state) : [...states, state]);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card
      flush
      title={t("mapped.found", { count: data?.pages[0]?.total_entries ?? 0 })}
      actions={
        <div className={styles.toolbar} role="group" aria-label={t("state")}>
          {TASK_STATES.filter((state) => state !== "removed" && state !== "restarting" && state !== "up_for_reschedule").map((state) => (
            <Chip key={state} on={states.includes(state)} onClick={() => onChange({ state: toggled(state) })}>
              {t(`state.${state}`, { ns: "common" })}
            </Chip>
          ))}
        </div>
      }
    >
      <Table
        label={t("tabs.mapped")}
        rows={rows}
        columns={columns}
        rowKey={(one) => String(one.map_index)}
        order={order}
        onOrder={(next) => onChange({ order: next })}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        rowHeight={40}
        height="calc(100dvh - 19rem)"
        selected={(one) => one.map_index === of.mapIndex}
        empty={<Empty title={states.length > 0 ? t("mapped.filtered") : t("mapped.none")}>{states.length > 0 ? null : t("mapped.noneText")}</Empty>}
      />
    </Card>
  );
}

function useColumns({ mapIndex: _, ...params }: TaskKey): Column<TaskInstance>[] {
  const { t } = useTranslation("task");
  return [
    {
      key: "index",
      header: t("facts.mapIndex"),
      sort: "map_index",
      cell: (one) => (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={params} search={{ map_index: one.map_index }}>
          {one.map_index}
          {one.rendered_map_index && one.rendered_map_index !== String(one.map_index) ? ` · ${one.rendered_map_index}` : ""}
        </Link>
      ),
    },
    { key: "state", header: t("state"), sort: "state", cell: (one) => <StateBadge state={one.state} /> },
    { key: "start", header: t("facts.start"), sort: "start_date", wideOnly: true, cell: (one) => <When at={one.start_date} /> },
    { key: "took", header: t("took"), sort: "duration", right: true, cell: (one) => (one.start_date ? <Took start={one.start_date} end={one.end_date} /> : "–") },
    { key: "tries", header: t("facts.tries"), sort: "try_number", right: true, cell: (one) => one.try_number },
  ];
}
