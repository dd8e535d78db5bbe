import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";
import { duration } from "@/lib/time";

import { type GridRun, type Known } from "./cells";
import styles from "./Grid.module.css";
import { type GridRow } from "./rows";
import { useFacts } from "./useGrid";

interface CardProps {
  dagId: string;
  run: GridRun;
  /** Undefined for the run itself. */
  row?: GridRow | undefined;
  cell?: Known;
  zone: string;
}

/** What is known of the run or the task instance that is pointed at. */
export function Facts({ dagId, run, row, cell, zone }: CardProps) {
  const { t } = useTranslation("grid");
  const after = (
    <Fact name={t("runAfter")}>
      <When at={run.run_after} dagZone={zone} />
    </Fact>
  );
  return (
    <>
      <p className={styles.cardTitle}>{row ? row.id : run.run_id}</p>
      <div className={styles.badges}>{row ? <CellBadges cell={cell} /> : <StateBadge state={run.state} />}</div>
      <dl className={styles.facts}>
        {row ? <CellFacts dagId={dagId} run={run} row={row} cell={cell} /> : <RunFacts run={run} zone={zone} />}
        {after}
      </dl>
    </>
  );
}

function CellBadges({ cell }: { cell: Known }) {
  const { t } = useTranslation("grid");
  if (cell === undefined) return <span className="muted">{t("common:loading")}</span>;
  if (cell === null) return <span className="muted">{t("absent")}</span>;
  const counts = Object.entries(cell.counts ?? {});
  return counts.length === 0 ? <StateBadge state={cell.state} /> : counts.map(([state, count]) => <StateBadge key={state} state={state} count={count} />);
}

function CellFacts({ dagId, run, row, cell }: { dagId: string; run: GridRun; row: GridRow; cell: Known }) {
  const { t } = useTranslation("grid");
  const tried = cell?.try_number ?? 1;
  return (
    <>
      {cell && !cell.counts && <InstanceFacts dagId={dagId} runId={run.run_id} taskId={row.id} />}
      {tried > 1 && <Fact name={t("try")}>{tried}</Fact>}
      <Fact name={t("runName")}>{run.run_id}</Fact>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RunFacts({ run, zone }: { run: GridRun; zone: string }) {
  const { t } = useTranslation("grid");
  return (
    <>
      <Fact name={t("type")}>{t(`common:runType.${run.run_type}`)}</Fact>
      {run.start_date && (
        <Fact name={t("started")}>
          <When at={run.start_date} dagZone={zone} />
        </Fact>
      )}
      <Fact name={t("took")}>{duration(run.duration)}</Fact>
      {run.triggering_user_name && <Fact name={t("by")}>{run.triggering_user_name}</Fact>}
      {run.partition_key && <Fact name={t("partition")}>{run.partition_key}</Fact>}
      {run.version_number !== null && <Fact name={t("version")}>{run.version_number}</Fact>}
      {run.has_note && <Fact name={t("note")}>{t("hasNote")}</Fact>}
      {run.missed_deadline && <Fact name={t("deadline")}>{t("missed")}</Fact>}
    </>
  );
}

function InstanceFacts({ dagId, runId, taskId }: { dagId: string; runId: string; taskId: string }) {
  const { t } = useTranslation("grid");
  const [settled, setSettled] = useState(false); // what the pointer only passes over is not asked
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), 200);
    return () => clearTimeout(timer);
  }, []);
  const { data: task } = useFacts(dagId, runId, taskId, settled);
  if (!task) return null;
  return (
    <>
      {task.operator_name && <Fact name={t("operator")}>{task.operator_name}</Fact>}
      {task.start_date && (
        <Fact name={t("took")}>
          <Took start={task.start_date} end={task.end_date} />
        </Fact>
      )}
    </>
  );
}
