import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Select } from "@/components/Fields";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useZone } from "@/lib/preferences";
import { asCount, asOneOf } from "@/lib/search";
import { duration } from "@/lib/time";

import styles from "./Trends.module.css";
import { type TaskTrend, type Trends, useTrends } from "./useTrends";

/** Asked for beside the data, which it would else wait for. */
const chart = import("./Chart");
const Chart = lazy(() => chart);

/** What stands in the address. */
export interface TrendsSearch {
  runs?: number | undefined;
  /** The runs as a table instead of a picture. */
  view?: "table" | undefined;
}

const COUNTS = [25, 50, 100, 200];
const USUAL = 50;

export function trendsSearch(search: Readonly<Record<string, unknown>>): TrendsSearch {
  return { runs: asCount(search.runs, 200), view: asOneOf(search.view, ["table"] as const) };
}

interface TrendsProps {
  dagId: string;
  search: TrendsSearch;
  onSearch: (some: Partial<TrendsSearch>) => void;
  zone?: string | undefined;
}

/** How long runs and tasks take, over time. */
export function TrendsView({ dagId, search, onSearch, zone }: TrendsProps) {
  const { t } = useTranslation("trends");
  const runs = search.runs ?? USUAL;
  const { data: trends, error, refetch } = useTrends(dagId, runs);
  if (blocking(error, trends)) return <Failure error={error} retry={() => void refetch()} />;
  if (!trends) return <Skeleton lines={10} />;
  if (trends.runs.length === 0) return <Empty title={t("none")}>{t("noneText")}</Empty>;
  const table = search.view === "table";
  return (
    <>
      <Card
        flush={table}
        title={t("runs")}
        actions={
          <>
            <Chip on={!table} onClick={() => onSearch({ view: undefined })}>{t("picture")}</Chip>
            <Chip on={table} onClick={() => onSearch({ view: "table" })}>{t("table")}</Chip>
            <Select
              aria-label={t("number")}
              value={runs}
              choices={[...new Set([...COUNTS, runs])].sort((one, other) => one - other).map((count) => ({ value: String(count), label: t("last", { count }) }))}
              onChange={({ target }) => onSearch({ runs: Number(target.value) })}
            />
          </>
        }
      >
        {table ? <Runs dagId={dagId} trends={trends} zone={zone} /> : <Picture dagId={dagId} trends={trends} zone={zone} />}
      </Card>
      <Tasks trends={trends} />
    </>
  );
}

function Picture({ dagId, trends, zone }: { dagId: string; trends: Trends; zone: string | undefined }) {
  const { t } = useTranslation("trends");
  const shown = useZone(zone);
  const navigate = useNavigate();
  const outliers = trends.runs.filter((run) => run.is_outlier).length;
  return (
    <figure>
      <Suspense fallback={<Skeleton lines={10} />}>
        <Chart trends={trends} zone={shown} onOpen={(runId) => void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId } })} />
      </Suspense>
      <figcaption className={styles.caption}>{t("caption", { median: duration(trends.median), p95: duration(trends.p95), count: outliers })}</figcaption>
    </figure>
  );
}

function Runs({ dagId, trends, zone }: { dagId: string; trends: Trends; zone: string | undefined }) {
  const { t } = useTranslation("trends");
  return (
    <Table
      label={t("runs")}
      rows={trends.runs.toReversed()}
      rowKey={(run) => run.run_id}
      height="24rem"
      columns={[
        { key: "state", header: t("state"), width: "8rem", cell: (run) => <StateBadge state={run.state} /> },
        { key: "run", header: t("run"), cell: (run) => <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId: run.run_id }}>{run.run_id}</Link> },
        { key: "after", header: t("runAfter"), wideOnly: true, cell: (run) => <When at={run.run_after} dagZone={zone} /> },
        { key: "queued", header: t("queued"), right: true, cell: (run) => <span className="num">{duration(run.queued)}</span> },
        { key: "took", header: t("took"), right: true, cell: (run) => <span className="num">{duration(run.duration)}</span> },
        { key: "outlier", header: t("outlier"), cell: (run) => run.is_outlier && <Chip tone="warning">{t("outlier")}</Chip> },
      ]}
    />
  );
}

function Tasks({ trends }: { trends: Trends }) {
  const { t } = useTranslation("trends");
  const longest = Math.max(...trends.tasks.map((task) => task.p95), 0.001);
  return (
    <Card flush title={t("tasks", { count: trends.tasks_of_runs })}>
      <Table
        label={t("tasks", { count: trends.tasks_of_runs })}
        rows={trends.tasks}
        rowKey={(task) => task.task_id}
        height={trends.tasks.length > 12 ? "30rem" : "auto"}
        empty={<Empty title={t("noTasks")} />}
        columns={[
          { key: "task", header: t("task"), cell: (task) => task.task_id },
          { key: "span", header: <span className="visually-hidden">{t("span")}</span>, width: "35%", wideOnly: true, cell: (task) => <Span task={task} longest={longest} /> },
          { key: "median", header: t("median"), right: true, cell: (task) => <span className="num">{duration(task.median)}</span> },
          { key: "p95", header: t("p95"), right: true, cell: (task) => <span className="num">{duration(task.p95)}</span> },
          { key: "count", header: t("times"), right: true, cell: (task) => <span className="num">{task.count}</span> },
          { key: "outliers", header: t("outliers"), right: true, cell: (task) => <span className="num" title={task.outliers.join("\n")}>{task.outliers.length}</span> },
        ]}
      />
    </Card>
  );
}

/** The median, and how much further 95 of 100 reach. */
function Span({ task, longest }: { task: TaskTrend; longest: number }) {
  return (
    <div className={styles.span} aria-hidden>
      <span style={{ width: `${(100 * task.p95) / longest}%` }} />
      <span style={{ width: `${(100 * task.median) / longest}%` }} />
    </div>
  );
}
