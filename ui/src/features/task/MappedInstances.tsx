import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Empty, Failure } from "@/components/Say";
import { StateBadge, StateDot } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { TASK_STATES } from "@/lib/states";

import styles from "./task.module.css";
import { type TaskInstance, type TaskKey } from "./useTaskInstance";
import { useMapped, useMappedCounts } from "./useTaskDetails";

/** What of an instance its row leads to. */
const VIEWS = {
  logs: "/dags/$dagId/runs/$runId/tasks/$taskId",
  details: "/dags/$dagId/runs/$runId/tasks/$taskId/details",
  rendered: "/dags/$dagId/runs/$runId/tasks/$taskId/rendered",
  xcom: "/dags/$dagId/runs/$runId/tasks/$taskId/xcom",
} as const;
export type InstanceView = keyof typeof VIEWS;

interface MappedProps {
  of: TaskKey;
  view?: InstanceView;
  states: readonly string[];
  order: string;
  onChange: (some: { state?: string[]; order?: string }) => void;
}

/** All instances of a mapped task in its run. */
export function MappedInstances({ of, view = "logs", states, order, onChange }: MappedProps) {
  const { t } = useTranslation("task");
  const { data, error, refetch, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useMapped(of, states, order);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.task_instances) ?? [], [data]);
  const columns = useColumns(of, view);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card
      flush
      title={t("mapped.found", { count: data?.pages[0]?.total_entries ?? 0 })}
      actions={<StateFilter of={of} states={states} onStates={(state) => onChange({ state })} />}
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

/** How many are in which state; each state narrows the list. */
function StateFilter({ of, states, onStates }: { of: TaskKey; states: readonly string[]; onStates: (states: string[]) => void }) {
  const { t } = useTranslation(["task", "common"]);
  const { data: counts = {} } = useMappedCounts(of);
  const toggled = (state: string) => (states.includes(state) ? states.filter((each) => each !== state) : [...states, state]);
  const shown = TASK_STATES.filter((state) => (counts[state] ?? 0) > 0 || states.includes(state));
  return (
    <div className={styles.toolbar} role="group" aria-label={t("state")}>
      {shown.map((state) => (
        <Chip key={state} on={states.includes(state)} onClick={() => onStates(toggled(state))}>
          <span className={styles.count} data-state={state}>
            <StateDot state={state} />
            <span className="num">{counts[state] ?? 0}</span> {t(`common:state.${state}`)}
          </span>
        </Chip>
      ))}
    </div>
  );
}

function useColumns({ mapIndex: _, ...params }: TaskKey, view: InstanceView): Column<TaskInstance>[] {
  const { t } = useTranslation("task");
  return [
    {
      key: "index",
      header: t("facts.mapIndex"),
      sort: "map_index",
      cell: (one) => (
        <Link to={VIEWS[view]} params={params} search={{ map_index: one.map_index }}>
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
