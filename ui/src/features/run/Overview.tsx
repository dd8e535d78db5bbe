import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { Code } from "@/components/Code";
import { Markdown } from "@/components/Markdown";
import { Meter } from "@/components/Meter";
import { Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { hasEnded, URGENCY } from "@/lib/states";

import { EditNote } from "./Note";
import styles from "./run.module.css";
import { RunTimeline } from "./RunTimeline";
import { type Run, type RunKey, type Summary, useAssetEvents, useRun, useSummaries } from "./useRun";
import { WhyCard } from "./WhyCard";

/** How far a run is, what it waits for, and what it was started with. */
export function Overview({ run: key }: { run: RunKey }) {
  const { data: run } = useRun(key.dagId, key.runId);
  const summaries = useSummaries(key);
  if (blocking(summaries.error, summaries.data)) return <Failure error={summaries.error} retry={() => void summaries.refetch()} />;
  if (!run || !summaries.data) return <Skeleton lines={8} />;
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Progress run={key} tasks={summaries.data.tasks} />
        <WhyCard run={run} />
        <RunTimeline run={run} tasks={summaries.data.tasks} />
      </div>
      <div className={styles.column}>
        <NoteCard run={run} />
        {run.run_type === "asset_triggered" && <AssetEvents run={key} />}
        <Conf run={run} />
      </div>
    </div>
  );
}

/** How many task instances there are by state. Those of a mapped task count each. */
export function counted(tasks: readonly Summary[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (state: string, count: number) => (counts[state] = (counts[state] ?? 0) + count);
  for (const task of tasks) {
    // What is as for most is left out of the answer.
    const several = Object.entries((task as Partial<Summary>).counts ?? {});
    if (several.length === 0) add(task.state ?? "none", 1);
    for (const [state, count] of several) add(state === "no_status" ? "none" : state, count);
  }
  return counts;
}

function Progress({ run, tasks }: { run: RunKey; tasks: readonly Summary[] }) {
  const { t } = useTranslation("run");
  const counts = counted(tasks);
  const states = URGENCY.filter((state) => counts[state]);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = states.filter(hasEnded).reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const sorted = [...states].sort((one, other) => Number(hasEnded(other)) - Number(hasEnded(one)));
  if (total === 0) return <Card title={t("progress.title")}>{t("progress.nothing")}</Card>;
  const words = t("progress.of", { done, total });
  return (
    <Card title={t("progress.title")} actions={<span className="muted num">{words}</span>}>
      <div className={styles.progress}>
        <Meter label={words} total={total} parts={sorted.map((state) => ({ state, value: counts[state] ?? 0 }))} />
        <div className={styles.states}>
          {states.map((state) => (
            <Link key={state} to="/dags/$dagId/runs/$runId/tasks" params={run} search={{ state: [state] }}>
              <StateBadge state={state} count={counts[state] ?? 0} />
            </Link>
          ))}
        </div>
      </div>
    </Card>
  );
}

function NoteCard({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const { may } = useMe();
  const [editing, setEditing] = useState(false);
  const edit = may("run", "edit") && (
    <Button small kind="ghost" onClick={() => setEditing(true)}>
      {run.note ? t("note.edit") : t("note.write")}
    </Button>
  );
  return (
    <Card title={t("note.title")} actions={edit}>
      {run.note ? <Markdown text={run.note} /> : <p className="muted">{t("note.empty")}</p>}
      {editing && <EditNote run={run} onClose={() => setEditing(false)} />}
    </Card>
  );
}

function Conf({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const has = Object.keys(run.conf ?? {}).length > 0;
  return <Card title={t("conf.title")}>{has ? <Code text={JSON.stringify(run.conf, null, 2)} height="20rem" /> : <p className="muted">{t("conf.none")}</p>}</Card>;
}

function AssetEvents({ run }: { run: RunKey }) {
  const { t } = useTranslation("run");
  const { data, error, refetch } = useAssetEvents(run);
  return (
    <Card title={t("assets.title")}>
      {blocking(error, data) ? <Failure error={error} retry={() => void refetch()} /> : !data ? <Skeleton /> : (
        <ul className={styles.events}>
          {data.asset_events.map((event) => (
            <li key={event.id} className={styles.event}>
              <Link to="/assets/$assetId" params={{ assetId: String(event.asset_id) }}>
                {event.name ?? event.uri}
              </Link>
              <When at={event.timestamp} ago />
              {event.source_dag_id && event.source_run_id ? (
                <span className="muted">
                  {t("assets.by")}{" "}
                  <Link to="/dags/$dagId/runs/$runId" params={{ dagId: event.source_dag_id, runId: event.source_run_id }}>
                    {event.source_dag_id}
                    {event.source_task_id && ` · ${event.source_task_id}`}
                  </Link>
                </span>
              ) : (
                <span className="muted">{t("assets.byHand")}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
