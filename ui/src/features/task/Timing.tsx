import { useTranslation } from "react-i18next";

import { useNow } from "@/lib/now";
import { duration, elapsed } from "@/lib/time";

import styles from "./task.module.css";

interface Times {
  scheduled_when: string | null;
  queued_when: string | null;
  start_date: string | null;
  end_date: string | null;
}

/** Seconds of waiting, starting and running; null for what has not begun. */
export function phases({ scheduled_when: scheduled, queued_when: queued, start_date: start, end_date: end }: Times, now: number) {
  return {
    waiting: elapsed(scheduled, queued ?? start ?? end, now),
    starting: elapsed(queued, start ?? end, now),
    running: elapsed(start, end, now),
  };
}

const PHASES = ["waiting", "starting", "running"] as const;

/** How its time was spent: waiting for a slot, starting, running. */
export function Timing({ times }: { times: Times }) {
  const { t } = useTranslation("task");
  const now = useNow(Boolean(times.scheduled_when) && !times.end_date);
  const found = phases(times, now);
  const total = PHASES.reduce((sum, phase) => sum + (found[phase] ?? 0), 0) || 1;
  return (
    <div>
      <div className={styles.timing} aria-hidden>
        {PHASES.map((phase) => found[phase] !== null && <span key={phase} className={styles[phase]} style={{ width: `${(100 * Math.max(0, found[phase])) / total}%` }} />)}
      </div>
      <div className={styles.legend}>
        {PHASES.map((phase) => (
          <span key={phase} title={t(`timing.${phase}Text`)}>
            <i className={styles[phase]} aria-hidden />
            {t(`timing.${phase}`)} <strong className="num">{duration(found[phase])}</strong>
          </span>
        ))}
      </div>
    </div>
  );
}
