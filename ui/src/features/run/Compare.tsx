import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { RunChoice } from "@/components/RunChoice";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { blocking } from "@/lib/failure";
import { duration } from "@/lib/time";

import { before, compared, type Pair, type Side } from "./compare";
import styles from "./run.module.css";
import { type RunKey, useNeighbours, useRunBefore, useSummaries } from "./useRun";

interface CompareProps {
  run: RunKey;
  /** The other run; the one before where none is chosen. */
  other: string | undefined;
  onlyDifferent: boolean;
  onChange: (some: { with?: string; all?: boolean }) => void;
}

/** This run beside another one of the same DAG. */
export function Compare({ run, other, onlyDifferent, onChange }: CompareProps) {
  const { t } = useTranslation("run");
  const neighbours = useNeighbours(run.dagId);
  const runs = useMemo(() => neighbours.data?.dag_runs ?? [], [neighbours.data]);
  const near = other ?? before(runs, run.runId);
  const unknown = near === undefined && neighbours.isSuccess;
  const further = useRunBefore(run, unknown);
  const chosen = near ?? further.data ?? runs.find((one) => one.dag_run_id !== run.runId)?.dag_run_id;
  if (blocking(neighbours.error, neighbours.data)) return <Failure error={neighbours.error} retry={() => void neighbours.refetch()} />;
  if (unknown && blocking(further.error, further.data)) return <Failure error={further.error} retry={() => void further.refetch()} />;
  if (neighbours.isPending || (unknown && further.isPending)) return <Skeleton lines={8} />;
  if (!chosen) return <Empty title={t("compare.none")} />;
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.with}>
          {t("compare.with")}
          <RunChoice label={t("compare.choose")} runs={runs.filter((one) => one.dag_run_id !== run.runId)} value={chosen} onChange={(next) => onChange({ with: next })} />
        </span>
        <Chip on={onlyDifferent} onClick={() => onChange({ all: onlyDifferent ? true : undefined })}>
          {t("compare.onlyDifferent")}
        </Chip>
        <Link to="/dags/$dagId/runs/$runId" params={{ dagId: run.dagId, runId: chosen }}>
          {t("compare.other")}
        </Link>
      </div>
      <Sides run={run} other={chosen} onlyDifferent={onlyDifferent} />
    </>
  );
}

function Sides({ run, other, onlyDifferent }: { run: RunKey; other: string; onlyDifferent: boolean }) {
  const { t } = useTranslation("run");
  const here = useSummaries(run);
  const there = useSummaries({ dagId: run.dagId, runId: other });
  const pairs = useMemo(() => (here.data && there.data ? compared(here.data.tasks, there.data.tasks) : []), [here.data, there.data]);
  const error = blocking(here.error, here.data) ?? blocking(there.error, there.data);
  if (error) return <Failure error={error} retry={() => void Promise.all([here.refetch(), there.refetch()])} />;
  const different = pairs.filter((pair) => pair.differs).length;
  const shown = onlyDifferent ? pairs.filter((pair) => pair.differs || Math.abs(pair.longer ?? 0) >= 1) : pairs;
  const column = (key: "here" | "there", header: string, runId: string): Column<Pair>[] => [
    { key: `${key}-state`, header, cell: (pair) => <SideState side={pair[key]} dagId={run.dagId} runId={runId} taskId={pair.taskId} /> },
    { key: `${key}-took`, header: t("tasks.took"), right: true, cell: (pair) => <span className="num">{duration(pair[key]?.took)}</span> },
  ];
  return (
    <Card flush title={different === 0 ? t("compare.noDifferences") : t("compare.differences", { count: different })}>
      <Table
        label={t("tabs.compare")}
        rows={shown}
        rowKey={(pair) => pair.taskId}
        loading={here.isPending || there.isPending}
        height="calc(100dvh - 22rem)"
        empty={<Empty title={t("compare.nothing")} />}
        columns={[
          { key: "task", header: t("compare.task"), cell: (pair) => pair.taskId },
          ...column("here", t("compare.this"), run.runId),
          ...column("there", t("compare.other"), other),
          { key: "difference", header: t("compare.difference"), wideOnly: true, cell: (pair) => <Difference pair={pair} /> },
        ]}
      />
    </Card>
  );
}

function SideState({ side, dagId, runId, taskId }: { side: Side | null; dagId: string; runId: string; taskId: string }) {
  if (!side) return <span className="muted">–</span>;
  return (
    <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId }} search={{ map_index: -1 }}>
      <StateBadge state={side.state} />
    </Link>
  );
}

function Difference({ pair }: { pair: Pair }) {
  const { t } = useTranslation("run");
  if (!pair.there) return t("compare.onlyHere");
  if (!pair.here) return t("compare.onlyThere");
  if (pair.longer === null) return <span className="muted">–</span>;
  if (Math.abs(pair.longer) < 0.05) return <span className="muted">{t("compare.same")}</span>;
  const time = duration(Math.abs(pair.longer));
  return <span data-slower={pair.longer > 0}>{pair.longer > 0 ? t("compare.slower", { time }) : t("compare.faster", { time })}</span>;
}
