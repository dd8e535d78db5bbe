import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Card } from "@/components/Card";
import { KeyValues } from "@/components/KeyValues";
import { Markdown } from "@/components/Markdown";
import { RunBars } from "@/components/RunBars";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { median } from "@/lib/format";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";
import { duration } from "@/lib/time";

import { DagAssets } from "./DagAssets";
import { type DagDetails } from "./useDag";
import { useLastRuns } from "./useLastRuns";
import styles from "./Views.module.css";

type Run = Schemas["DAGRunResponse"];

const BARS = 60;
const SHOWN = 5;

/** A DAG at a glance: how its last runs went, what runs, what failed and why, what comes next. */
export function Overview({ dag }: { dag: DagDetails }) {
  const { t } = useTranslation("dag");
  return (
    <div className={styles.overview}>
      <div className={styles.stack}>
        <History dag={dag} />
        <Running dagId={dag.dag_id} />
        <Failed dagId={dag.dag_id} />
        {dag.doc_md && (
          <Card title={t("docs")}>
            <Markdown text={dag.doc_md} />
          </Card>
        )}
      </div>
      <div className={styles.stack}>
        <Next dag={dag} />
        <DagAssets dagId={dag.dag_id} />
      </div>
    </div>
  );
}

function History({ dag }: { dag: DagDetails }) {
  const { t } = useTranslation("dag");
  const { data: runs, error, refetch } = useLastRuns(dag.dag_id, BARS);
  if (blocking(error, runs)) return <Failure error={error} retry={() => void refetch()} />;
  const ended = (runs ?? []).filter(({ state }) => state === "success" || state === "failed");
  const good = ended.filter(({ state }) => state === "success");
  return (
    <Card title={t("over.recent")} actions={<Link to="/dags/$dagId/runs" params={{ dagId: dag.dag_id }}>{t("over.all")}</Link>}>
      {!runs ? (
        <Skeleton lines={2} />
      ) : runs.length === 0 ? (
        <Empty title={t("over.noRuns")}>{t(dag.is_paused ? "over.unpause" : "over.trigger")}</Empty>
      ) : (
        <div className={styles.history}>
          <Number value={ended.length > 0 ? `${Math.round((100 * good.length) / ended.length)} %` : "–"} label={t("over.good", { count: ended.length })} />
          <Number value={duration(median(good.map((run) => run.duration ?? 0)))} label={t("over.usual")} />
          <RunBars dagId={dag.dag_id} slots={Math.min(BARS, runs.length)} runs={runs.map((run) => ({ runId: run.run_id, state: run.state, took: run.duration }))} />
        </div>
      )}
    </Card>
  );
}

function Number({ value, label }: { value: string; label: string }) {
  return (
    <div className={styles.number}>
      <b>{value}</b>
      {label}
    </div>
  );
}

/** The newest runs in these states. */
function useRunsIn(dagId: string, state: readonly Run["state"][], limit: number) {
  return useQuery({
    queryKey: keys.dag(dagId, "runs-in", state, limit),
    queryFn: () => data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { state: [...state], limit, order_by: ["-run_after"] } } })),
    select: (answer) => answer.dag_runs,
  });
}

function Running({ dagId }: { dagId: string }) {
  const { t } = useTranslation("dag");
  const { data: runs } = useRunsIn(dagId, ["running", "queued"], SHOWN);
  if (!runs || runs.length === 0) return null;
  return (
    <Card title={t("over.now")}>
      {runs.map((run) => (
        <RunRow key={run.dag_run_id} run={run} />
      ))}
    </Card>
  );
}

function Failed({ dagId }: { dagId: string }) {
  const { t } = useTranslation("dag");
  const { data: runs } = useRunsIn(dagId, ["failed"], SHOWN);
  if (!runs || runs.length === 0) return null;
  return (
    <Card title={t("over.failed")}>
      {runs.map((run) => (
        <RunRow key={run.dag_run_id} run={run}>
          <Cause run={run} />
        </RunRow>
      ))}
    </Card>
  );
}

function RunRow({ run, children }: { run: Run; children?: ReactNode }) {
  return (
    <div className={styles.run}>
      <StateBadge state={run.state} />
      <Link to="/dags/$dagId/runs/$runId" params={{ dagId: run.dag_id, runId: run.dag_run_id }}>
        {run.dag_run_id}
      </Link>
      <span className="muted">
        <When at={run.end_date ?? run.start_date ?? run.run_after} ago /> {run.start_date && <Took start={run.start_date} end={run.end_date} />}
      </span>
      {children}
    </div>
  );
}

/** What failed first in a run, and its words. */
function Cause({ run }: { run: Run }) {
  const { may } = useMe();
  const { data: why } = useQuery({
    queryKey: keys.run(run.dag_id, run.dag_run_id, "why"),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/runs/{dag_run_id}/why", { params: { path: { dag_id: run.dag_id, dag_run_id: run.dag_run_id } } })),
    enabled: may("task_instance", "read"),
  });
  const cause = why?.cause;
  if (!cause) return why?.reason ? <p className={styles.reason}>{why.reason}</p> : null;
  return (
    <p className={styles.reason}>
      <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId: run.dag_id, runId: run.dag_run_id, taskId: cause.task_id }} search={{ map_index: cause.map_index }}>
        {cause.task_id}
        {cause.map_index >= 0 && `[${cause.map_index}]`}
      </Link>
      {": "}
      {cause.message ?? why.log.at(-1)?.text}
    </p>
  );
}

function Next({ dag }: { dag: DagDetails }) {
  const { t } = useTranslation("dag");
  return (
    <Card title={t("over.next")}>
      <KeyValues
        facts={[
          [t("over.schedule"), dag.timetable_summary],
          [t("over.nextRun"), dag.is_paused ? t("paused") : dag.next_dagrun_run_after && <When at={dag.next_dagrun_run_after} dagZone={dag.timezone} ago />],
          [t("over.nextDate"), dag.next_dagrun_logical_date && <When at={dag.next_dagrun_logical_date} dagZone={dag.timezone} />],
          [t("over.limit"), dag.max_active_runs],
          [t("over.about"), dag.description],
        ]}
      />
    </Card>
  );
}
