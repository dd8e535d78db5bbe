import { Link } from "@tanstack/react-router";
import { Play, StickyNote } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Tooltip } from "@/components/Tooltip";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { useZone } from "@/lib/preferences";

import { Bulk } from "./Bulk";
import { Filters } from "./Filters";
import styles from "./Runs.module.css";
import { type Run, type RunsFilter, useRuns } from "./useRuns";

interface RunsProps {
  dagId: string;
  filter: RunsFilter;
  onFilter: (some: Partial<RunsFilter>) => void;
}

/** The runs of a DAG: narrowed, sorted, and several of them treated at once. */
export function Runs({ dagId, filter, onFilter }: RunsProps) {
  const { t } = useTranslation("dagRuns");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useRuns(dagId, filter, useZone());
  const runs = useMemo(() => data?.pages.flatMap((page) => page.dag_runs) ?? [], [data]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const columns = useColumns(runs, picked, setPicked);
  const narrowed = Boolean(filter.q ?? filter.state ?? filter.type ?? filter.from ?? filter.to);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Filters filter={filter} onFilter={onFilter} />
      <Card flush title={t("found", { count: data?.pages[0]?.total_entries ?? 0 })} actions={<Bulk dagId={dagId} picked={[...picked]} onDone={() => setPicked(new Set())} />}>
        <Table
          label={t("title")}
          rows={runs}
          columns={columns}
          rowKey={(run) => run.dag_run_id}
          order={filter.order ?? "-run_after"}
          onOrder={(order) => onFilter({ order })}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          selected={(run) => picked.has(run.dag_run_id)}
          empty={narrowed ? <Empty title={t("nothing.filtered")} /> : <Empty title={t("nothing.title")}>{t("nothing.text")}</Empty>}
        />
      </Card>
    </>
  );
}

function toggled(set: ReadonlySet<string>, name: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
}

function useColumns(runs: readonly Run[], picked: ReadonlySet<string>, onPick: (picked: ReadonlySet<string>) => void): Column<Run>[] {
  const { t } = useTranslation("dagRuns");
  const { t: words } = useTranslation();
  const { may } = useMe();
  const all = runs.length > 0 && picked.size === runs.length;
  const pick: Column<Run> = {
    key: "pick",
    width: "2.5rem",
    header: <input type="checkbox" aria-label={t("pickAll")} checked={all} onChange={() => onPick(all ? new Set() : new Set(runs.map((run) => run.dag_run_id)))} />,
    cell: (run) => <input type="checkbox" aria-label={t("pick", { run: run.dag_run_id })} checked={picked.has(run.dag_run_id)} onChange={() => onPick(toggled(picked, run.dag_run_id))} />,
  };
  return [
    ...(may("run", "edit") || may("run", "delete") ? [pick] : []),
    { key: "state", header: t("state"), sort: "state", width: "7rem", cell: (run) => <StateBadge state={run.state} /> },
    { key: "run", header: t("run"), sort: "run_after", cell: (run) => <Name run={run} /> },
    { key: "type", header: t("type"), sort: "run_type", wideOnly: true, cell: (run) => words(`runType.${run.run_type}`) },
    { key: "start", header: t("start"), sort: "start_date", cell: (run) => <When at={run.start_date} /> },
    { key: "took", header: t("took"), sort: "duration", right: true, cell: (run) => <Took start={run.start_date} end={run.end_date} /> },
    { key: "who", header: t("who"), wideOnly: true, cell: (run) => run.triggering_user_name ?? <span className="muted">–</span> },
    { key: "version", header: t("version"), wideOnly: true, cell: (run) => (run.dag_versions.length > 0 ? run.dag_versions.map(({ version_number }) => version_number).join(", ") : "–") },
    { key: "again", header: <span className="visually-hidden">{t("again")}</span>, width: "3rem", cell: (run) => <Again run={run} /> },
  ];
}

function Name({ run }: { run: Run }) {
  return (
    <div className={styles.name}>
      <Link to="/dags/$dagId/runs/$runId" params={{ dagId: run.dag_id, runId: run.dag_run_id }}>
        {run.dag_run_id}
      </Link>
      {run.note && (
        <Tooltip text={run.note}>
          <span className={styles.note}>
            <StickyNote aria-hidden />
            {run.note}
          </span>
        </Tooltip>
      )}
    </div>
  );
}

/** The trigger form with the values of this run. */
function Again({ run }: { run: Run }) {
  const { t } = useTranslation("dagRuns");
  const { may } = useMe();
  if (!may("run", "create")) return null;
  return (
    <Tooltip text={t("again")}>
      <Link to="/dags/$dagId/runs" params={{ dagId: run.dag_id }} search={(old) => ({ ...old, trigger: run.dag_run_id })} aria-label={t("againOf", { run: run.dag_run_id })} className={styles.again}>
        <Play />
      </Link>
    </Tooltip>
  );
}
