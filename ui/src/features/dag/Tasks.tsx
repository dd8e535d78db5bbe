import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { SearchField } from "@/components/Fields";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Took } from "@/components/When";
import { blocking } from "@/lib/failure";
import { keys } from "@/lib/keys";

import styles from "./Views.module.css";
import { useLastRuns } from "./useLastRuns";

type Task = Schemas["TaskResponse"];
type Summary = Schemas["UITaskSummary"];

interface TasksProps {
  dagId: string;
  text: string;
  onText: (text: string) => void;
}

/** The tasks of a DAG as its file has them, and how each fared in the last run. */
export function Tasks({ dagId, text, onText }: TasksProps) {
  const { t } = useTranslation("dag");
  const { data: answer, error, refetch, isPending } = useQuery({
    queryKey: keys.dag(dagId, "tasks"),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/tasks", { params: { path: { dag_id: dagId } } })),
  });
  const last = useLastRuns(dagId, 1).data?.at(-1)?.run_id;
  const summaries = useSummaries(dagId, last);
  const wanted = text.toLowerCase();
  const tasks = useMemo(
    () => (answer?.tasks ?? []).filter(({ task_id, operator_name }) => `${task_id ?? ""} ${operator_name ?? ""}`.toLowerCase().includes(wanted)),
    [answer, wanted],
  );
  const columns = useColumns(dagId, last, summaries);
  if (blocking(error, answer)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <SearchField label={t("task.search")} value={text} onChange={(event) => onText(event.target.value)} className={styles.search} />
      <Card flush title={t("task.found", { count: tasks.length })}>
        <Table label={t("tabs.tasks")} rows={tasks} columns={columns} rowKey={(task) => task.task_id ?? ""} loading={isPending} empty={<Empty title={t("task.none")} />} />
      </Card>
    </>
  );
}

function useSummaries(dagId: string, runId: string | undefined): ReadonlyMap<string, Summary> {
  const { data: answer } = useQuery({
    queryKey: keys.run(dagId, runId ?? "", "task-summaries"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/task-summaries", { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } })),
    enabled: runId !== undefined,
  });
  return useMemo(() => new Map(answer?.tasks.map((task) => [task.task_id, task])), [answer]);
}

function useColumns(dagId: string, runId: string | undefined, summaries: ReadonlyMap<string, Summary>): Column<Task>[] {
  const { t } = useTranslation("dag");
  const of = (task: Task) => summaries.get(task.task_id ?? "");
  return [
    {
      key: "task",
      header: t("task.task"),
      cell: (task) => (
        <div className={styles.task}>
          {runId !== undefined && of(task) ? (
            <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: task.task_id ?? "" }} search={{ map_index: -1 }}>
              {task.task_display_name ?? task.task_id}
            </Link>
          ) : (
            <span>{task.task_display_name ?? task.task_id}</span>
          )}
          {task.is_mapped && <Chip>{t("task.mapped")}</Chip>}
        </div>
      ),
    },
    { key: "operator", header: t("task.operator"), cell: (task) => task.operator_name },
    { key: "rule", header: t("task.rule"), wideOnly: true, cell: (task) => <span className="mono">{task.trigger_rule}</span> },
    { key: "last", header: t("task.last"), cell: (task) => <Last summary={of(task)} /> },
    { key: "took", header: t("task.took"), right: true, cell: (task) => (of(task)?.start_date ? <Took start={of(task)?.start_date} end={of(task)?.end_date} /> : "–") },
    { key: "retries", header: t("task.retries"), right: true, wideOnly: true, cell: (task) => task.retries },
    { key: "pool", header: t("task.pool"), wideOnly: true, cell: (task) => task.pool },
    { key: "owner", header: t("task.owner"), wideOnly: true, cell: (task) => task.owner },
  ];
}

function Last({ summary }: { summary: Summary | undefined }) {
  if (!summary) return <span className="muted">–</span>;
  return <StateBadge state={summary.state} />;
}
