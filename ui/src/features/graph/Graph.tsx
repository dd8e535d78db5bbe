import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { newestRunsOf, structureOf, summariesOf } from "@/api/queries";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { type Direction, MOST_FOR_ELK, warm } from "@/lib/layered";
import { hasEnded } from "@/lib/states";

import { Canvas } from "./Canvas";
import { criticalPath } from "./critical";
import styles from "./Graph.module.css";
import { GraphBar } from "./GraphBar";
import { around, drawn, drawnEdges, type Edge, groupIds, type Item, outer, paths, type Relation, rootsOf, within } from "./structure";
import { TaskPanel } from "./TaskPanel";
import { GraphContext, type OnGraph, type Summaries, useLayout } from "./useGraph";

/** What of the graph is shown: all of it stands in the address. */
export interface GraphChoice {
  run?: string | undefined;
  task?: string | undefined;
  /** Only what is around the chosen task. */
  way?: "up" | "down" | "both" | undefined;
  depth?: number | undefined;
  direction: Direction;
  /** Groups that are folded; undefined for as many as a large DAG needs. */
  fold?: readonly string[] | undefined;
  critical: boolean;
  outer: boolean;
}

interface GraphProps {
  dagId: string;
  /** Of one run: it is not chosen here. */
  runId?: string;
  choice: GraphChoice;
  onChange: (some: Partial<GraphChoice>) => void;
}

/** With more tasks than this, groups are folded until they are opened. */
export const MANY = 400;
const NONE = { nodes: [], edges: [] };

/** The tasks of a DAG and what waits for what, with the states of one run. */
export function Graph({ dagId, runId: fixed, choice, onChange }: GraphProps) {
  const { t } = useTranslation("graph");
  const { runs, runId, summaries, structure } = useAsked(dagId, fixed, choice.run);
  const view = useDrawn(structure.data, choice);
  const laid = useLayout(dagId, view.nodes, view.edges, choice.direction);
  const critical = useCritical(summaries.data, structure.data?.edges, choice.critical);
  const states = useMemo(() => new Map(summaries.data?.tasks.map((task) => [task.task_id, task])), [summaries.data]);
  const on: OnGraph = {
    dagId,
    runId,
    states,
    critical,
    chosen: choice.task,
    direction: choice.direction,
    onChoose: (task) => onChange({ task, ...(task ? {} : { way: undefined, depth: undefined }) }),
    onFold: (group) => onChange({ fold: toggled(view.folded, group) }),
  };
  const broken = [structure, summaries, laid].filter((query) => blocking(query.error, query.data));
  if (broken[0]) return <Failure error={broken[0].error} retry={() => void Promise.all(broken.map((query) => query.refetch()))} />;
  if (!structure.data) return <Skeleton lines={10} />;
  if (structure.data.task_count === 0) return <Empty title={t("none")} />;
  return (
    <GraphContext value={on}>
      <ReactFlowProvider>
        <GraphBar
          choice={choice}
          onChange={onChange}
          runs={runs}
          taskIds={view.taskIds}
          groups={view.groups}
          ended={hasEnded(summaries.data?.state)}
          onFind={(task) => onChange({ task, fold: [...view.folded].filter((group) => !view.ways.get(task)?.includes(group)) })}
        />
        <Hints large={view.large} tasks={structure.data.task_count} nodes={view.nodes.length} />
        <div className={styles.frame} aria-busy={laid.isFetching}>
          {laid.data && <Canvas nodes={view.nodes} edges={view.edges} layout={laid.data} label={t("label", { dag: dagId })} />}
          {laid.isFetching && (
            <div className={styles.busy} role="status">
              {t("layingOut")}
            </div>
          )}
          {choice.task && <TaskPanel taskId={choice.task} item={view.items.get(choice.task)} choice={choice} onChange={onChange} />}
        </div>
      </ReactFlowProvider>
    </GraphContext>
  );
}

function Hints({ large, tasks, nodes }: { large: boolean; tasks: number; nodes: number }) {
  const { t } = useTranslation("graph");
  return (
    <>
      {large && <p className={styles.hint}>{t("large", { count: tasks })}</p>}
      {nodes > MOST_FOR_ELK && <p className={styles.hint}>{t("plain", { count: nodes })}</p>}
    </>
  );
}

/** The run that is shown, its states, and the version of the DAG that it ran with. */
function useAsked(dagId: string, fixed: string | undefined, chosen: string | undefined) {
  useEffect(warm, []);
  const listed = useQuery({ ...newestRunsOf(dagId), enabled: fixed === undefined });
  const runs = listed.data?.dag_runs ?? [];
  const runId = fixed ?? chosen ?? runs[0]?.dag_run_id;
  const summaries = useQuery(summariesOf(dagId, runId));
  const knowsRun = fixed !== undefined || !listed.isPending;
  // The list tells the version sooner than the summary of a large run does.
  const version = summaries.data?.version_number ?? runs.find((run) => run.dag_run_id === runId)?.dag_versions.at(-1)?.version_number;
  const structure = useQuery({ ...structureOf(dagId, version), enabled: knowsRun && (runId === undefined || version !== undefined || !summaries.isPending) });
  return { runs: fixed === undefined ? runs : null, runId, summaries, structure };
}

function toggled(folded: ReadonlySet<string>, group: string): string[] {
  return folded.has(group) ? [...folded].filter((one) => one !== group) : [...folded, group];
}

interface Structure {
  task_count: number;
  nodes: readonly Item[];
  edges: readonly Edge[];
  relations: readonly Relation[];
}

/** From a DAG and what is asked for, the nodes and edges that show. */
function useDrawn(structure: Structure | undefined, choice: GraphChoice) {
  const { task, way, depth, fold, outer: withOuter } = choice;
  const known = useMemo(() => {
    const items = structure?.nodes ?? [];
    const ways = paths(items);
    const byId = new Map<string, Item>();
    const add = (item: Item) => {
      byId.set(item.id, item);
      item.children?.forEach(add);
    };
    items.forEach(add);
    return { ways, items: byId, groups: groupIds(items), taskIds: [...byId.values()].filter((item) => item.type === "task").map((item) => item.id) };
  }, [structure]);
  const large = fold === undefined && !way && (structure?.task_count ?? 0) > MANY && known.groups.length > 0;
  const folded = useMemo(() => new Set(fold ?? (large ? known.groups : [])), [fold, large, known.groups]);
  const shown = useMemo(() => {
    if (!structure) return NONE;
    const only = way && task && known.items.has(task) ? around(structure.edges, task, way, depth ?? Number.POSITIVE_INFINITY) : null;
    const nodes = drawn(structure.nodes, folded, only);
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const edges = drawnEdges(within(structure.edges, only), byId, known.ways);
    const relations = structure.relations.filter((relation) => !only || (relation.task_id && only.has(relation.task_id)));
    const beyond = withOuter ? outer(relations, byId, known.ways, rootsOf(nodes, edges)) : NONE;
    return { nodes: [...nodes, ...beyond.nodes], edges: [...edges, ...beyond.edges] };
  }, [structure, known, folded, way, task, depth, withOuter]);
  return { ...known, ...shown, folded, large };
}

function useCritical(run: Summaries | undefined, edges: readonly Edge[] | undefined, wanted: boolean): ReadonlySet<string> {
  return useMemo(() => new Set(wanted && run && edges && hasEnded(run.state) ? criticalPath(run.tasks, edges) : []), [run, edges, wanted]);
}
