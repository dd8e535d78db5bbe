import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Chip } from "@/components/Chip";
import { StateDot } from "@/components/StateBadge";
import { Took, When } from "@/components/When";
import { duration } from "@/lib/time";

import { ListCard } from "./ListCard";
import styles from "./Home.module.css";
import { type HomeData, type HomeRun, type Late, together } from "./useHome";

const SHOWN = 8;

function RunLink({ run }: { run: HomeRun }) {
  return (
    <Link to="/dags/$dagId/runs/$runId" params={{ dagId: run.dag_id, runId: run.run_id }} className={styles.name} title={run.run_id}>
      {run.dag_display_name}
    </Link>
  );
}

/** What failed since yesterday, each with what failed first in it. */
export function FailedRuns({ runs, total }: { runs: readonly HomeRun[]; total: number }) {
  const { t } = useTranslation("home");
  const { t: words } = useTranslation();
  const more = total > runs.length && <span className="muted">{t("newestOf", { shown: runs.length, count: total })}</span>;
  return (
    <ListCard title={t("failed")} nothing={t("nothing.failed")} more={more}>
      {together(runs).map(({ run, count }) => (
        <li key={`${run.dag_id} ${run.run_id}`}>
          <StateDot state="failed" label={words("state.failed")} />
          <RunLink run={run} />
          <span className={styles.side}>
            {count > 1 && `${t("times", { count })} · `}
            <When at={run.end_date ?? run.run_after} ago />
          </span>
          {run.cause && (
            <p className={styles.cause}>
              <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId: run.dag_id, runId: run.run_id, taskId: run.cause.task_id }} search={{ map_index: run.cause.map_index }}>
                {run.cause.task_id}
                {run.cause.map_index >= 0 && `[${run.cause.map_index}]`}
              </Link>
              {run.cause.message && `: ${run.cause.message}`}
            </p>
          )}
        </li>
      ))}
    </ListCard>
  );
}

export function RunningRuns({ runs, total }: { runs: readonly HomeRun[]; total: number }) {
  const { t } = useTranslation("home");
  const { t: words } = useTranslation();
  const more = total > SHOWN && (
    <Link to="/dags" search={{ state: "running" }}>
      {t("allOf", { count: total })}
    </Link>
  );
  return (
    <ListCard title={t("running")} nothing={t("nothing.running")} more={more}>
      {runs.slice(0, SHOWN).map((run) => (
        <li key={`${run.dag_id} ${run.run_id}`}>
          <StateDot state={run.state} label={words(`state.${run.state}`)} />
          <RunLink run={run} />
          <span className={styles.side}>
            <Took start={run.start_date} end={run.end_date} />
          </span>
        </li>
      ))}
    </ListCard>
  );
}

export function LateRuns({ late }: { late: readonly Late[] }) {
  const { t } = useTranslation("home");
  if (late.length === 0) return null;
  return (
    <ListCard title={t("late")} nothing="">
      {late.slice(0, SHOWN).map((one, place) => (
        <li key={place}>
          <Chip tone="warning">{t(`lateness.${one.kind}`)}</Chip>
          {one.run_id ? (
            <Link to="/dags/$dagId/runs/$runId" params={{ dagId: one.dag_id, runId: one.run_id }} className={styles.name}>
              {one.dag_id}
            </Link>
          ) : (
            <Link to="/dags/$dagId" params={{ dagId: one.dag_id }} className={styles.name}>
              {one.dag_id}
            </Link>
          )}
          <span className={styles.side}>{duration(one.seconds)}</span>
          <p className={styles.cause}>
            {one.task_id ?? one.name}
            {one.usual_seconds !== null && ` ${t("usual", { time: duration(one.usual_seconds) })}`}
          </p>
        </li>
      ))}
    </ListCard>
  );
}

export function Upcoming({ runs }: { runs: HomeData["upcoming"] }) {
  const { t } = useTranslation("home");
  return (
    <ListCard title={t("upcoming")} nothing={t("nothing.upcoming")}>
      {runs.slice(0, SHOWN).map((run) => (
        <li key={run.dag_id}>
          <StateDot state="scheduled" />
          <Link to="/dags/$dagId" params={{ dagId: run.dag_id }} className={styles.name} title={run.timetable_summary ?? ""}>
            {run.dag_display_name}
          </Link>
          <span className={styles.side}>
            <When at={run.run_after} ago />
          </span>
        </li>
      ))}
    </ListCard>
  );
}
