import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { Checkbox, SearchField, Select } from "@/components/Fields";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { TASK_STATES } from "@/lib/states";

import { ClearTasks } from "./ClearTasks";
import { MarkTasks } from "./MarkTasks";
import styles from "./run.module.css";
import { type RunKey } from "./useRun";
import { type Mark, type Pick, type TaskFilter, type TaskInstance, useTasks } from "./useTasks";

interface RunTasksProps {
  run: RunKey;
  filter: TaskFilter;
  onFilter: (some: Partial<TaskFilter>) => void;
}

const keyOf = (one: TaskInstance) => `${one.task_id} ${one.map_index}`;

/** The task instances of a run: filtered, sorted, and many changed at once. */
export function RunTasks({ run, filter, onFilter }: RunTasksProps) {
  const { t } = useTranslation(["run", "common"]);
  const { may } = useMe();
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useTasks(run, filter);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.task_instances) ?? [], [data]);
  const [picked, setPicked] = useState<ReadonlyMap<string, TaskInstance>>(new Map());
  const edits = may("task_instance", "edit");
  const columns = useColumns(run, rows, picked, setPicked, edits);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  const first = data?.pages[0];
  const total = first?.total_entries ?? rows.length;
  return (
    <>
      <div className={styles.bar}>
        <SearchField label={t("tasks.search")} defaultValue={filter.q ?? ""} onChange={(event) => onFilter({ q: event.target.value || undefined })} />
        <Select
          aria-label={t("tasks.state")}
          value={filter.states?.[0] ?? ""}
          onChange={(event) => onFilter({ states: event.target.value ? [event.target.value] : undefined })}
          choices={[{ value: "", label: t("tasks.all") }, ...["none" as const, ...TASK_STATES].map((state) => ({ value: state, label: t(`common:state.${state}`) }))]}
        />
      </div>
      <Card flush title={t("tasks.found", { count: total })} actions={edits && picked.size > 0 && <Bulk run={run} picked={[...picked.values()]} onDone={() => setPicked(new Map())} />}>
        <Table
          label={t("tasks.title")}
          rows={rows}
          columns={columns}
          rowKey={keyOf}
          order={filter.order ?? "start_date"}
          onOrder={(order) => onFilter({ order })}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          selected={(row) => picked.has(keyOf(row))}
          height="calc(100dvh - 22rem)"
          empty={<Empty title={filter.q || filter.states ? t("tasks.nothing") : t("tasks.none")} />}
        />
      </Card>
    </>
  );
}

type Asking = "clear" | Mark;

function Bulk({ run, picked, onDone }: { run: RunKey; picked: readonly TaskInstance[]; onDone: () => void }) {
  const { t } = useTranslation("run");
  const [asking, setAsking] = useState<Asking>();
  const picks: Pick[] = picked.map((one) => [one.task_id, one.map_index]);
  const close = () => setAsking(undefined);
  return (
    <>
      <span className="muted num">{t("tasks.selected", { count: picked.length })}</span>
      <Button small onClick={() => setAsking("clear")}>{t("tasks.clear")}</Button>
      <Button small onClick={() => setAsking("success")}>{t("tasks.success")}</Button>
      <Button small onClick={() => setAsking("failed")}>{t("tasks.failed")}</Button>
      <Button small onClick={() => setAsking("skipped")}>{t("tasks.skipped")}</Button>
      <Button small kind="ghost" onClick={onDone}>{t("tasks.unselect")}</Button>
      {asking === "clear" && <ClearTasks run={run} picks={picks} onClose={close} onDone={onDone} />}
      {asking && asking !== "clear" && <MarkTasks run={run} picked={picked} state={asking} onClose={close} onDone={onDone} />}
    </>
  );
}

function useColumns(
  { dagId, runId }: RunKey,
  rows: readonly TaskInstance[],
  picked: ReadonlyMap<string, TaskInstance>,
  setPicked: (picked: ReadonlyMap<string, TaskInstance>) => void,
  edits: boolean,
): Column<TaskInstance>[] {
  const { t } = useTranslation("run");
  const toggle = (one: TaskInstance, on: boolean) => {
    const next = new Map(picked);
    if (on) next.set(keyOf(one), one);
    else next.delete(keyOf(one));
    setPicked(next);
  };
  const allOn = rows.length > 0 && rows.every((row) => picked.has(keyOf(row)));
  const pick: Column<TaskInstance> = {
    key: "pick",
    width: "3rem",
    header: (
      <Checkbox
        checked={allOn}
        onChange={() => setPicked(allOn ? new Map() : new Map(rows.map((row) => [keyOf(row), row])))}
        label={<span className="visually-hidden">{t("tasks.selectAll")}</span>}
      />
    ),
    cell: (one) => (
      <Checkbox
        checked={picked.has(keyOf(one))}
        onChange={(event) => toggle(one, event.target.checked)}
        label={<span className="visually-hidden">{t("tasks.selectOne", { task: nameOf(one) })}</span>}
      />
    ),
  };
  return [
    ...(edits ? [pick] : []),
    {
      key: "task",
      header: t("tasks.task"),
      sort: "task_id",
      cell: (one) => (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: one.task_id }} search={{ map_index: one.map_index }}>
          {nameOf(one)}
        </Link>
      ),
    },
    { key: "state", header: t("tasks.state"), sort: "state", cell: (one) => <StateBadge state={one.state} /> },
    { key: "start", header: t("tasks.start"), sort: "start_date", wideOnly: true, cell: (one) => <When at={one.start_date} /> },
    { key: "took", header: t("tasks.took"), sort: "duration", right: true, cell: (one) => (one.start_date ? <Took start={one.start_date} end={one.end_date} /> : "–") },
    { key: "try", header: t("tasks.try"), sort: "try_number", right: true, wideOnly: true, cell: (one) => <span className="num">{one.try_number}</span> },
    { key: "operator", header: t("tasks.operator"), sort: "operator", wideOnly: true, cell: (one) => <span className="muted">{one.operator_name}</span> },
    { key: "pool", header: t("tasks.pool"), sort: "pool", wideOnly: true, cell: (one) => <span className="muted">{one.pool}</span> },
  ];
}

function nameOf(one: TaskInstance): string {
  return one.map_index < 0 ? one.task_display_name : `${one.task_display_name} [${one.rendered_map_index ?? one.map_index}]`;
}
