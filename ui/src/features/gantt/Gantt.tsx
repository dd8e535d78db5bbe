import { useQuery } from "@tanstack/react-query";
import { ZoomIn, ZoomOut } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { newestRunsOf, structureOf, summariesOf } from "@/api/queries";
import { IconButton } from "@/components/Button";
import { RunChoice } from "@/components/RunChoice";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { useNow } from "@/lib/now";
import { hasEnded } from "@/lib/states";

import { bars, rows, span, type Times } from "./bars";
import { Chart } from "./Chart";
import styles from "./Gantt.module.css";

export interface GanttChoice {
  run?: string | undefined;
  /** How many times wider than the window; 1 to 64. */
  zoom: number;
  fold: readonly string[];
}

interface GanttProps {
  dagId: string;
  /** Of one run: it is not chosen here. */
  runId?: string;
  choice: GanttChoice;
  onChange: (some: Partial<GanttChoice>) => void;
}

const MOST_ZOOM = 64;

/** When each task of a run waited, was queued and ran. */
export function Gantt({ dagId, runId: fixed, choice, onChange }: GanttProps) {
  const { t } = useTranslation("gantt");
  const { listed, runId, summaries, structure } = useAsked(dagId, fixed, choice.run);
  const zoom = (next: number) => onChange({ zoom: Math.min(MOST_ZOOM, Math.max(1, next)) });
  const broken = [listed, summaries, structure].find((query) => blocking(query.error, query.data));
  if (broken) return <Failure error={broken.error} retry={() => void broken.refetch()} />;
  if (fixed === undefined && listed.data?.dag_runs.length === 0) return <Empty title={t("noRun")} />;
  return (
    <>
      <div className={styles.tools}>
        {fixed === undefined && <RunChoice label={t("run")} runs={listed.data?.dag_runs ?? []} value={runId} onChange={(run) => onChange({ run })} />}
        <Legend />
        <span className={styles.gap} />
        <span className={styles.zoom}>
          <IconButton label={t("zoomOut")} disabled={choice.zoom <= 1} onClick={() => zoom(choice.zoom / 2)}>
            <ZoomOut />
          </IconButton>
          <IconButton label={t("zoomIn")} disabled={choice.zoom >= MOST_ZOOM} onClick={() => zoom(choice.zoom * 2)}>
            <ZoomIn />
          </IconButton>
        </span>
      </div>
      {structure.data && summaries.data && runId ? (
        <Drawn key={runId} dagId={dagId} runId={runId} choice={choice} onChange={onChange} onZoom={zoom} items={structure.data.nodes} tasks={summaries.data.tasks} ended={hasEnded(summaries.data.state)} />
      ) : (
        <Skeleton lines={10} />
      )}
    </>
  );
}

function useAsked(dagId: string, fixed: string | undefined, chosen: string | undefined) {
  const listed = useQuery({ ...newestRunsOf(dagId), enabled: fixed === undefined });
  const runId = fixed ?? chosen ?? listed.data?.dag_runs[0]?.dag_run_id;
  const summaries = useQuery(summariesOf(dagId, runId));
  const structure = useQuery({ ...structureOf(dagId, summaries.data?.version_number), enabled: summaries.data !== undefined });
  return { listed, runId, summaries, structure };
}

function Legend() {
  const { t } = useTranslation("gantt");
  return (
    <ul className={styles.legend} aria-label={t("legend")}>
      {(["waiting", "queued", "running"] as const).map((kind) => (
        <li key={kind}>
          <span className={styles.sample} data-kind={kind} data-state={kind === "running" ? "running" : "none"} />
          {t(kind)}
        </li>
      ))}
      <li className={styles.keys}>{t("keys")}</li>
    </ul>
  );
}

interface DrawnProps {
  dagId: string;
  runId: string;
  choice: GanttChoice;
  onChange: GanttProps["onChange"];
  onZoom: (zoom: number) => void;
  items: Parameters<typeof rows>[0];
  tasks: readonly (Times & { task_id: string; try_number?: number; mapped?: boolean })[];
  ended: boolean;
}

function Drawn({ dagId, runId, choice, onChange, onZoom, items, tasks, ended }: DrawnProps) {
  const { t } = useTranslation("gantt");
  const now = useNow(!ended);
  const folded = useMemo(() => new Set(choice.fold), [choice.fold]);
  const all = useMemo(() => rows(items, folded), [items, folded]);
  const times = useMemo(() => new Map(tasks.map((task) => [task.task_id, task])), [tasks]);
  const between = useMemo(() => span(tasks.map((task) => bars(task, now)), now), [tasks, now]);
  if (tasks.every((task) => bars(task, now).length === 0)) return <Empty title={t("none")} />;
  return (
    <Chart
      dagId={dagId}
      runId={runId}
      rows={all}
      times={times}
      from={between.from}
      to={ended ? between.to : Math.max(between.to, now)}
      now={ended ? undefined : now}
      zoom={choice.zoom}
      onZoom={onZoom}
      onFold={(group) => onChange({ fold: folded.has(group) ? choice.fold.filter((one) => one !== group) : [...choice.fold, group] })}
    />
  );
}
