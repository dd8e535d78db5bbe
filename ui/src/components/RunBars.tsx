import { Link, useNavigate } from "@tanstack/react-router";
import { type MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import { asState } from "@/lib/states";
import { duration } from "@/lib/time";

import styles from "./RunBars.module.css";

export interface RunBar {
  runId: string;
  state: string | null;
  /** In seconds. */
  took: number | null;
}

interface RunBarsProps {
  dagId: string;
  /** The oldest first. */
  runs: readonly RunBar[];
  slots?: number;
}

/**
 * The last runs of a DAG, the newest at the right: colour for how it ended, height for how long it took.
 *
 * One link to all runs, as bars are too narrow to be hit by everybody; a pointer on a bar leads to that run.
 */
export function RunBars({ dagId, runs, slots = 14 }: RunBarsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (runs.length === 0) return null;
  const longest = Math.max(...runs.map((run) => run.took ?? 0), 0.001);
  const word = (state: string | null) => t(`state.${asState(state)}`);
  const onClick = (event: MouseEvent) => {
    const runId = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-run]")?.dataset.run : undefined;
    if (!runId || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId } });
  };
  return (
    <Link
      to="/dags/$dagId/runs"
      params={{ dagId }}
      className={styles.bars}
      style={{ width: `${slots * 0.5}rem` }}
      aria-label={t("runBars", { dag: dagId, states: runs.map(({ state }) => word(state)).join(", ") })}
      onClick={onClick}
    >
      {runs.map(({ runId, state, took }) => (
        <span key={runId} className={styles.bar} data-run={runId} data-state={asState(state)} title={`${runId} · ${word(state)} · ${duration(took)}`}>
          <span style={{ height: `${20 + 80 * Math.min(1, (took ?? 0) / longest)}%` }} />
        </span>
      ))}
    </Link>
  );
}
