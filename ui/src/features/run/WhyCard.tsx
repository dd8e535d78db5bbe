import { Link } from "@tanstack/react-router";
import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { asState } from "@/lib/states";

import styles from "./run.module.css";
import { type Run, type RunKey } from "./useRun";
import { type Reason, useWhy, type WaitingTask, type Why } from "./useWhy";

/** Why a run is not done, or why it failed. */
export function WhyCard({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const key = { dagId: run.dag_id, runId: run.dag_run_id };
  const { data, error, refetch } = useWhy(key, run.state !== "success");
  if (run.state === "success") return null;
  const failed = run.state === "failed";
  return (
    <Card title={t(failed || data?.cause ? "why.failedTitle" : "why.title")} className={failed ? styles.bad : undefined}>
      {blocking(error, data) ? <Failure error={error} retry={() => void refetch()} /> : !data ? <Skeleton lines={4} /> : failed ? <Cause why={data} /> : <Open run={key} why={data} />}
    </Card>
  );
}

function Cause({ why }: { why: Why }) {
  const { t } = useTranslation("run");
  const { cause, dag_id: dagId, run_id: runId, log, reason } = why;
  return (
    <div className={styles.cause}>
      {cause && (
        <>
          <p className={styles.event}>
            <strong>{cause.map_index < 0 ? cause.task_id : `${cause.task_id} [${cause.map_index}]`}</strong>
            <span className="muted">{t("why.try", { count: cause.try_number })}</span>
            <When at={cause.end_date} ago />
            <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: cause.task_id }} search={{ map_index: cause.map_index, try: cause.try_number }}>
              {t("why.log")}
            </Link>
          </p>
          {cause.message && <p className={styles.message}>{cause.message}</p>}
        </>
      )}
      {log.length > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too
        <pre className={styles.log} tabIndex={0} aria-label={t("why.lastLines")}>
          {log.map((line) => line.text).join("\n")}
        </pre>
      )}
      {reason && (
        <p className="muted">
          {t("why.noted")}: {reason}
        </p>
      )}
    </div>
  );
}

/** Of a run that goes on: what failed in it already, and what the rest waits for. */
function Open({ run, why }: { run: RunKey; why: Why }) {
  const { t } = useTranslation("run");
  if (!why.cause) return <Waiting run={run} why={why} />;
  return (
    <div className={styles.already}>
      <Cause why={why} />
      <h3>{t("why.title")}</h3>
      <Waiting run={run} why={why} />
    </div>
  );
}

function Waiting({ run, why }: { run: RunKey; why: Why }) {
  const { t } = useTranslation("run");
  return (
    <ul className={styles.waiting}>
      {why.reasons.length > 0 && (
        <li>
          <strong>{t("why.whole")}</strong>
          <Reasons reasons={why.reasons} />
        </li>
      )}
      {why.waiting.map((task) => (
        <Waits key={`${task.task_id} ${task.state ?? ""}`} run={run} task={task} />
      ))}
      {why.waiting.length + why.reasons.length === 0 && <li className="muted">{t("why.nothing")}</li>}
      {why.more > 0 && <li className="muted">{t("why.more", { count: why.more })}</li>}
    </ul>
  );
}

function Waits({ run: { dagId, runId }, task }: { run: RunKey; task: WaitingTask }) {
  const { t } = useTranslation("run");
  return (
    <li>
      <div className={styles.event}>
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: task.task_id }} search={{ map_index: task.map_index }}>
          {task.task_id}
        </Link>
        <StateBadge state={task.state} />
        {task.count > 1 && <span className="muted">{t("why.count", { count: task.count })}</span>}
        {task.due && (
          <span className={styles.due}>
            <Clock aria-hidden /> {t("why.due")} <When at={task.due} ago />
          </span>
        )}
      </div>
      <Reasons reasons={task.reasons} />
    </li>
  );
}

function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <ul className={styles.reasons}>
      {reasons.map((reason, place) => (
        <li key={reason.code + String(place)}>
          <Words reason={reason} />
        </li>
      ))}
    </ul>
  );
}

interface Above {
  task_id: string;
  states: (string | null)[];
}

const TRANSLATED = [
  "dag_paused", "run_not_running", "ended", "is_queued", "is_running", "is_restarting", "is_deferred", "awaiting_input",
  "up_for_retry", "up_for_reschedule", "past", "trigger_rule", "pool", "pool_missing", "pool_too_small",
  "dag_limit", "run_limit", "task_limit", "soon",
] as const; // prettier-ignore

/** By which of its params a sentence has its plural form. */
const COUNTED: Readonly<Record<string, string>> = { pool: "slots", pool_too_small: "needs" };

/** A reason in the viewer's language; one that has no words of its own in the server's. */
function Words({ reason }: { reason: Reason }) {
  const { t } = useTranslation(["run", "common"]);
  const code = TRANSLATED.find((one) => one === reason.code);
  if (!code) return reason.text;
  const params: Record<string, unknown> = reason.params;
  const state = (name: unknown) => t(`common:state.${asState(typeof name === "string" ? name : null)}`);
  const words = t(`why.code.${code}`, { ...params, state: state(params.state), count: Number(params[COUNTED[code] ?? ""] ?? 0) });
  if (code.startsWith("pool")) {
    return (
      <>
        {words}{" "}
        <Link to="/admin/$page" params={{ page: "pools" }}>
          {t("why.poolLink")}
        </Link>
      </>
    );
  }
  if (code === "awaiting_input") {
    return (
      <>
        {words} <Link to="/actions">{t("why.answer")}</Link>
      </>
    );
  }
  if (code !== "trigger_rule") return words;
  const above = Array.isArray(params.upstream) ? (params.upstream as Above[]) : [];
  return `${words} ${above.map(({ task_id, states }) => t("why.code.upstream", { task: task_id, states: states.map((one) => (one === null ? t("why.code.notBegun") : state(one))).join("/") })).join(", ")}`;
}
