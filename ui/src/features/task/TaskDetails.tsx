import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Code } from "@/components/Code";
import { KeyValues } from "@/components/KeyValues";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";

import styles from "./task.module.css";
import { Timing } from "./Timing";
import { type TaskInstance, type TaskKey } from "./useTaskInstance";
import { type Try, useExtraLinks, useTries, useWaitsFor } from "./useTaskDetails";

/** All that is known of one task instance. */
export function TaskDetails({ task, of }: { task: TaskInstance; of: TaskKey }) {
  const { t } = useTranslation("task");
  return (
    <div className={styles.halves}>
      <div className={styles.stack}>
        <WaitsFor task={task} of={of} />
        <Card title={t("timing.title")}>
          <Timing times={task} />
        </Card>
        <Tries of={of} />
        <Card title={t("reproduce.title")}>
          <p className="muted">{t("reproduce.text")}</p>
          <Code text={reproduce(of)} wrap />
        </Card>
        <Links of={of} />
      </div>
      <Card title={t("facts.title")}>
        <Facts task={task} />
      </Card>
    </div>
  );
}

/** The command that runs it here, without recording it. */
export function reproduce({ dagId, taskId, runId, mapIndex }: TaskKey): string {
  const words = ["tradewind", "tasks", "test", quoted(dagId), quoted(taskId), quoted(runId)];
  return [...words, ...(mapIndex < 0 ? [] : ["--map-index", String(mapIndex)])].join(" ");
}

function quoted(word: string): string {
  return /^[\w.:+@%/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function WaitsFor({ task, of }: { task: TaskInstance; of: TaskKey }) {
  const { t } = useTranslation("task");
  const { data } = useWaitsFor(of, task.state);
  if (!data || data.dependencies.length === 0) return null;
  return (
    <Card title={t("waitsFor")}>
      <ul className={styles.reasons}>
        {data.dependencies.map(({ name, reason }) => (
          <li key={name + reason}>
            <strong>{name}</strong>
            {reason}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Tries({ of }: { of: TaskKey }) {
  const { t } = useTranslation("task");
  const { data } = useTries(of);
  const { mapIndex, ...params } = of;
  const columns: Column<Try>[] = [
    {
      key: "number",
      header: t("tryColumn"),
      cell: (one) => (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={params} search={{ map_index: mapIndex, try: one.try_number }}>
          {t("log.try", { number: one.try_number })}
        </Link>
      ),
    },
    { key: "state", header: t("state"), cell: (one) => <StateBadge state={one.state} /> },
    { key: "start", header: t("facts.start"), cell: (one) => <When at={one.start_date} /> },
    { key: "took", header: t("took"), right: true, cell: (one) => (one.start_date ? <Took start={one.start_date} end={one.end_date} /> : "–") },
    { key: "host", header: t("facts.host"), wideOnly: true, cell: (one) => one.hostname },
  ];
  if (!data || data.length === 0) return null;
  return (
    <Card title={t("log.tries")} flush>
      <Table label={t("log.tries")} rows={data} columns={columns} rowKey={(one) => String(one.try_number)} height={data.length > 8 ? "22rem" : "auto"} />
    </Card>
  );
}

function Links({ of }: { of: TaskKey }) {
  const { t } = useTranslation("task");
  const { data } = useExtraLinks(of);
  if (!data || data.length === 0) return null;
  return (
    <Card title={t("links")}>
      <ul className={styles.reasons}>
        {data.map(([name, address]) => (
          <li key={name}>
            <a href={address} target="_blank" rel="noreferrer noopener">
              {name} <ExternalLink size={13} aria-hidden />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Facts({ task }: { task: TaskInstance }) {
  const { t } = useTranslation("task");
  return (
    <KeyValues
      facts={[
        [t("task"), <code key="task">{task.task_id}</code>],
        ...(task.map_index < 0 ? [] : [[t("facts.mapIndex"), `${task.map_index}${task.rendered_map_index ? ` (${task.rendered_map_index})` : ""}`] as const]),
        [t("run"), <code key="run">{task.dag_run_id}</code>],
        [t("facts.logicalDate"), <When key="date" at={task.logical_date} />],
        [t("facts.runAfter"), <When key="after" at={task.run_after} />],
        [t("facts.operator"), task.operator_name],
        [t("facts.tries"), t("tryOf", { number: task.try_number, most: Math.max(task.max_tries + 1, task.try_number) })],
        [t("facts.scheduled"), <When key="scheduled" at={task.scheduled_when} />],
        [t("facts.queued"), <When key="queued" at={task.queued_when} />],
        [t("facts.start"), <When key="start" at={task.start_date} />],
        [t("facts.end"), <When key="end" at={task.end_date} />],
        [t("facts.pool"), `${task.pool} (${t("facts.slots", { count: task.pool_slots })})`],
        [t("facts.queue"), task.queue],
        [t("facts.priority"), task.priority_weight],
        [t("facts.executor"), task.executor],
        [t("facts.executorConfig"), task.executor_config && task.executor_config !== "{}" ? <code key="config">{task.executor_config}</code> : null],
        [t("facts.host"), task.hostname],
        [t("facts.pid"), task.pid],
        [t("facts.user"), task.unixname],
        [t("facts.version"), task.dag_version ? `${task.dag_version.version_number}${task.dag_version.bundle_version ? ` (${task.dag_version.bundle_version})` : ""}` : null],
        [t("facts.trigger"), task.trigger ? <code key="trigger">{task.trigger.classpath}</code> : null],
        [t("facts.attempt"), <code key="id">{task.id}</code>],
        [t("note.label"), task.note],
      ]}
    />
  );
}
