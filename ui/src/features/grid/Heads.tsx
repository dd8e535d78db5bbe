import { Link } from "@tanstack/react-router";
import { Database, History, Play, Workflow } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";
import { asState } from "@/lib/states";
import { absolute, dayOf, duration } from "@/lib/time";

import { type GridRun } from "./cells";
import { PITCH } from "./draw";
import styles from "./Grid.module.css";
import { type Place } from "./moves";

export const MARKS: Readonly<Record<GridRun["run_type"], ReactNode>> = {
  scheduled: null,
  manual: <Play />,
  backfill: <History />,
  asset_triggered: <Database />,
  asset_materialization: <Database />,
  operator_triggered: <Workflow />,
};

interface HeadsProps {
  dagId: string;
  runs: readonly GridRun[];
  zone: string;
  id: string;
  current: number;
  onPoint: (place: Place) => void;
}

/** The runs, above: height for how long each took, colour for its state. */
export const Heads = memo(function Heads({ dagId, runs, zone, id, current, onPoint }: HeadsProps) {
  const { t } = useTranslation("grid");
  const longest = longestOf(runs);
  const days = dayMarks(runs, zone);
  return runs.map((run, column) => (
    <div
      key={run.run_id}
      role="columnheader"
      id={`${id}-run-${column}`}
      aria-colindex={column + 2}
      className={cx(styles.run, current === column && styles.current)}
      style={{ left: column * PITCH }}
      onPointerEnter={() => onPoint({ row: -1, column })}
    >
      <span className="visually-hidden">{t("run", { run: run.run_id, state: t(`common:state.${run.state}`), duration: duration(run.duration) })}</span>
      {days.get(column) && <span className={styles.day} aria-hidden>{days.get(column)}</span>}
      <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId: run.run_id }} className={styles.bar} tabIndex={-1} data-state={asState(run.state)} aria-hidden>
        <span style={{ height: `${8 + 92 * Math.min(1, (run.duration ?? 0) / longest)}%` }} />
      </Link>
      <span className={styles.mark} aria-hidden>{MARKS[run.run_type]}</span>
    </div>
  ));
});

/** Of the longest run, in seconds; what the highest bar stands for. */
export function longestOf(runs: readonly GridRun[]): number {
  return Math.max(0.001, ...runs.map((run) => run.duration ?? 0));
}

const APART = 4;

/** Short dates above the first run of a day, and times where all are of one day; never so close that they overlap. */
export function dayMarks(runs: readonly GridRun[], zone: string): ReadonlyMap<number, string> {
  const marks = new Map<number, string>();
  const days = runs.map(({ run_after }) => dayOf(run_after, zone));
  let last = -APART;
  days.forEach((day, column) => {
    const first = column === 0 || day !== days[column - 1];
    if (column - last < APART || (!first && column - last < 2 * APART)) return;
    marks.set(column, first ? day.slice(5) : absolute(runs[column]?.run_after ?? "", zone, { date: false, seconds: false }));
    last = column;
  });
  return marks;
}

/** The columns before which the DAG's version changed, with the new one. */
export function versionMarks(runs: readonly GridRun[]): { column: number; version: number }[] {
  return runs.flatMap(({ version_number: version }, column) => {
    const before = runs[column - 1]?.version_number;
    return column > 0 && version !== null && before !== null && version !== before ? [{ column, version }] : [];
  });
}

