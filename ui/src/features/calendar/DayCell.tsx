import { type CSSProperties } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";

import styles from "./Calendar.module.css";
import { type Day } from "./useCalendar";

const STATES = ["failed", "running", "queued", "success", "planned"] as const;

interface CellProps {
  date: string;
  day: Day | undefined;
  large: boolean;
  today: boolean;
  chosen: boolean;
  /** The one that the Tab key comes to. */
  reachable: boolean;
  onChoose: (date: string) => void;
}

/** One day: green to red by the share of runs that failed. */
export function DayCell({ date, day, large, today, chosen, reachable, onChoose }: CellProps) {
  const { t } = useTranslation("calendar");
  const found = STATES.filter((state) => (day?.[state] ?? 0) > 0);
  const words = found.map((state) => `${day?.[state] ?? 0} ${stateWord(t, state)}`);
  return (
    <button
      type="button"
      data-day={date}
      data-tone={toneOf(day)}
      className={cx(styles.day, large && styles.large, today && styles.today)}
      style={{ "--share": `${Math.round(100 * failureShare(day))}%` } as CSSProperties}
      aria-pressed={chosen}
      title={`${date}\n${words.join("\n")}`}
      tabIndex={reachable ? 0 : -1}
      onClick={() => onChoose(date)}
    >
      <span aria-hidden>{Number(date.slice(8))}</span>
      <span className="visually-hidden">{`${date}: ${words.join(", ") || t("nothing")}`}</span>
      {large && (
        <span className={styles.counts} aria-hidden>
          {found.map((state) => (
            <span key={state} data-state={state === "planned" ? "none" : state}>
              {day?.[state]}
            </span>
          ))}
        </span>
      )}
    </button>
  );
}

type T = ReturnType<typeof useTranslation<"calendar">>["t"];

export function stateWord(t: T, state: (typeof STATES)[number]): string {
  return state === "planned" ? t("planned") : t(`common:state.${state}`);
}

/** What colours a day: the worst that happened on it. */
export function toneOf(day: Day | undefined): "failed" | "active" | "success" | "planned" | "empty" {
  if (!day) return "empty";
  if (day.failed) return "failed";
  if ((day.running ?? 0) + (day.queued ?? 0) > 0) return "active";
  if (day.success) return "success";
  return day.planned ? "planned" : "empty";
}

/** Of the runs that ended, the share that failed; never so small that it is not seen. */
export function failureShare(day: Day | undefined): number {
  const failed = day?.failed ?? 0;
  return failed === 0 ? 0 : Math.max(0.4, failed / (failed + (day?.success ?? 0)));
}
