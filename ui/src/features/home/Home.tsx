import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, CircleX, Sparkles, TriangleAlert } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Failure, Skeleton } from "@/components/Say";
import { Tooltip } from "@/components/Tooltip";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";

import { FailedRuns, LateRuns, RunningRuns, Upcoming } from "./HomeRuns";
import styles from "./Home.module.css";
import { Pools, Queues } from "./Room";
import { Timeline } from "./Timeline";
import { type Condition, conditions, type HomeData, useHome, type Verdict, verdict } from "./useHome";

/** The first page: is all well, and if not, what is not. */
export function Home({ imports }: { imports: ReactNode }) {
  const { data: home, error, refetch } = useHome();
  if (blocking(error, home)) return <Failure error={error} retry={() => void refetch()} />;
  if (!home) return <Skeleton lines={12} />;
  return (
    <>
      <Said home={home} />
      {imports}
      <Health home={home} />
      <Numbers home={home} />
      <Timeline hours={home.timeline} />
      <div className={styles.columns}>
        <div className={styles.stack}>
          <FailedRuns runs={home.failed} total={home.numbers.failed_runs} />
          <LateRuns late={home.late} />
          <RunningRuns runs={home.running} total={home.numbers.running_runs} />
        </div>
        <div className={styles.stack}>
          <Upcoming runs={home.upcoming} />
          <Pools pools={home.pools} />
          <Queues queues={home.queues} hosts={home.hosts} />
        </div>
      </div>
    </>
  );
}

const PICTURES: Readonly<Record<Verdict, ReactNode>> = { ill: <CircleX />, failed: <TriangleAlert />, late: <TriangleAlert />, imports: <TriangleAlert />, well: <CircleCheck />, new: <Sparkles /> };

/** In one sentence. */
function Said({ home }: { home: HomeData }) {
  const { t } = useTranslation("home");
  const said = verdict(home);
  const ill = conditions(home).filter(({ name, condition }) => condition === "unhealthy" || (condition === "absent" && name !== "triggerer"));
  const names = ill.map(({ name }) => t(`part.${name}`)).join(", ");
  const count = said === "late" ? home.numbers.late_runs : said === "imports" ? home.numbers.import_errors : home.numbers.failed_runs;
  return (
    <div className={styles.said} data-verdict={said} role="status">
      {PICTURES[said]}
      <div>
        <p className={styles.verdict}>{t(`verdict.${said}`, { count, names })}</p>
        <p className="muted">{said === "new" ? <Welcome /> : t(`about.${said}`)}</p>
      </div>
    </div>
  );
}

function Welcome() {
  const { t } = useTranslation("home");
  return (
    <>
      {t("about.new")} <Link to="/dags">{t("toDags")}</Link>
    </>
  );
}

const SIGNS: Readonly<Record<Condition, ReactNode>> = { healthy: <CircleCheck />, unhealthy: <CircleX />, absent: <CircleDashed /> };

function Health({ home }: { home: HomeData }) {
  const { t } = useTranslation("home");
  return (
    <ul className={styles.health} aria-label={t("health")}>
      {conditions(home).map(({ name, condition, beat }) => (
        <li key={name} data-condition={condition}>
          {SIGNS[condition]}
          <span className={styles.part}>{t(`part.${name}`)}</span>
          <span>{t(`condition.${condition}`)}</span>
          {beat && condition === "unhealthy" && (
            <span className="muted">
              {t("beat")} <When at={beat} ago />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Numbers({ home }: { home: HomeData }) {
  const { t } = useTranslation("home");
  const { numbers } = home;
  return (
    <div className={styles.numbers}>
      <Number label={t("number.failed")} about={t("number.failedAbout")} value={numbers.failed_runs} bad />
      <Number label={t("number.running")} about={t("number.tasks", { count: numbers.running_tasks })} value={numbers.running_runs} link={{ state: "running" }} />
      <Number label={t("number.queued")} about={t("number.waiting", { count: numbers.queued_tasks + numbers.deferred_tasks })} value={numbers.queued_runs} />
      <Link to="/actions" className={styles.number} data-bad={numbers.awaiting_input > 0 ? "some" : undefined}>
        <b>{numbers.awaiting_input}</b>
        <span>{t("number.input")}</span>
        <small>{t("number.inputAbout")}</small>
      </Link>
    </div>
  );
}

interface NumberProps {
  label: string;
  about: string;
  value: number;
  /** The DAGs that it counts; none where no list has just these. */
  link?: { state: string };
  bad?: boolean;
}

function Number({ label, about, value, link, bad }: NumberProps) {
  const shown = (
    <>
      <b>{value}</b>
      <span>{label}</span>
      <small>{about}</small>
    </>
  );
  const looks = { className: styles.number, "data-bad": bad && value > 0 ? "bad" : undefined };
  if (!link) return <div {...looks}>{shown}</div>;
  return (
    <Tooltip text={about}>
      <Link to="/dags" search={link} {...looks}>
        {shown}
      </Link>
    </Tooltip>
  );
}
