import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { When } from "@/components/When";
import { duration } from "@/lib/time";

import styles from "./run.module.css";
import { type Run, type Summary } from "./useRun";

export interface Moment {
  what: "due" | "queued" | "started" | "firstTask" | "lastTask" | "ended";
  at: string;
  /** Seconds after the moment before. */
  after: number | null;
}

/** What happened to a run, in order. */
export function moments(run: Run, tasks: readonly Summary[]): Moment[] {
  const times = (name: "start_date" | "end_date") => tasks.map((task) => (task as Partial<Summary>)[name]).filter((time) => time != null).sort();
  const first = times("start_date")[0];
  const last = run.end_date ? times("end_date").at(-1) : undefined;
  const all: [Moment["what"], string | null | undefined][] = [
    ["due", run.run_after],
    ["queued", run.queued_at],
    ["started", run.start_date],
    ["firstTask", first],
    ["lastTask", last],
    ["ended", run.end_date],
  ];
  const known = all.flatMap(([what, at]) => (at ? [{ what, at }] : []));
  known.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return known.map((moment, place) => {
    const before = known[place - 1];
    return { ...moment, after: before ? (Date.parse(moment.at) - Date.parse(before.at)) / 1000 : null };
  });
}

/** The moments of a run, with the time between them. */
export function RunTimeline({ run, tasks }: { run: Run; tasks: readonly Summary[] }) {
  const { t } = useTranslation("run");
  return (
    <Card title={t("timeline.title")}>
      <ol className={styles.moments}>
        {moments(run, tasks).map(({ what, at, after }) => (
          <li key={what} className={styles.moment}>
            <span>
              {t(`timeline.${what}`)}
              {after !== null && <small>{t("timeline.later", { time: duration(after) })}</small>}
            </span>
            <When at={at} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
