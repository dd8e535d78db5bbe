import { Link } from "@tanstack/react-router";
import { type Node, type NodeProps } from "@xyflow/react";
import { Boxes, ChevronDown, ChevronRight, Database, Layers, Network } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Ends, useIntoView } from "@/components/Diagram";
import { StateIcon } from "@/components/StateIcon";
import { cx } from "@/lib/format";
import { asState, isActive, summaryState } from "@/lib/states";

import styles from "./Graph.module.css";
import { type Drawn } from "./structure";
import { type OnGraph, type Summary, useOnGraph } from "./useGraph";

export type GraphNode = Node<{ drawn: Drawn }>;

/** Counts of a mapped task, or of the tasks of a group, by state. */
export function countsOf(tasks: readonly string[], states: OnGraph["states"]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (state: string, count: number) => (counts[state] = (counts[state] ?? 0) + count);
  for (const id of tasks) {
    const one = states.get(id);
    if (!one) continue;
    // What is as for most is left out of the answer.
    const several = Object.entries((one as Partial<Summary>).counts ?? {});
    if (several.length === 0) add(one.state ?? "none", 1);
    for (const [state, count] of several) add(state === "no_status" ? "none" : state, count);
  }
  return counts;
}

/** "3 failed · 12 of 40" of several; the state of one. */
function Words({ counts }: { counts: Readonly<Record<string, number>> }) {
  const { t } = useTranslation();
  const state = summaryState(counts);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return <span className={styles.state}>{total === 1 ? t(`state.${state}`) : `${counts[state] ?? 0}/${total} ${t(`state.${state}`)}`}</span>;
}

function Mark({ children, icon }: { children: ReactNode; icon?: ReactNode }) {
  return (
    <span className={styles.mark}>
      {icon}
      {children}
    </span>
  );
}

export function TaskNode({ id, data: { drawn } }: NodeProps<GraphNode>) {
  const { t } = useTranslation(["graph", "common"]);
  const graph = useOnGraph();
  const into = useIntoView();
  const counts = countsOf([id], graph.states);
  const state = graph.states.has(id) ? summaryState(counts) : null;
  const item = drawn.item;
  return (
    <>
      <Ends direction={graph.direction} />
      <button
        type="button"
        className={cx(styles.task, graph.critical.has(id) && styles.critical, graph.chosen === id && styles.chosen, isActive(state) && styles.live)}
        data-state={asState(state)}
        aria-pressed={graph.chosen === id}
        title={item?.tooltip ?? id}
        onClick={() => graph.onChoose(graph.chosen === id ? undefined : id)}
        onFocus={into(id)}
      >
        <span className={styles.icon}>
          <StateIcon state={state} />
        </span>
        <span className={styles.words}>
          <span className={styles.name}>{item?.label ?? id}</span>
          <span className={styles.line}>
            {state ? <Words counts={counts} /> : <span className={styles.state}>{item?.operator}</span>}
            {item?.is_mapped && <Mark icon={<Layers aria-hidden />}>{t("mapped")}</Mark>}
            {item?.role && <Mark>{t(item.role)}</Mark>}
          </span>
        </span>
      </button>
    </>
  );
}

export function GroupNode({ id, data: { drawn } }: NodeProps<GraphNode>) {
  const { t } = useTranslation("graph");
  const graph = useOnGraph();
  const into = useIntoView();
  const counts = countsOf(drawn.tasks, graph.states);
  const state = graph.states.size > 0 ? summaryState(counts) : null;
  const label = drawn.item?.label ?? id;
  return (
    <>
      <Ends direction={graph.direction} />
      <div className={cx(styles.group, drawn.folded && styles.folded)} data-state={asState(state)}>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={!drawn.folded}
          title={drawn.item?.tooltip ?? id}
          onClick={() => graph.onFold(id)}
          onFocus={into(id)}
        >
          {drawn.folded ? <ChevronRight aria-hidden /> : <ChevronDown aria-hidden />}
          <span className={styles.words}>
            <span className={styles.name}>{label}</span>
            <span className={styles.line}>
              {state && <Words counts={counts} />}
              <Mark icon={drawn.item?.is_mapped ? <Layers aria-hidden /> : <Boxes aria-hidden />}>{t("tasks", { count: drawn.tasks.length })}</Mark>
            </span>
          </span>
        </button>
      </div>
    </>
  );
}

/** Another DAG or an asset: a link to it. */
export function OuterNode({ id, data: { drawn } }: NodeProps<GraphNode>) {
  const { t } = useTranslation("graph");
  const graph = useOnGraph();
  const into = useIntoView();
  const { relation } = drawn;
  if (!relation) return null;
  const dagId = relation.dag_id ?? undefined;
  const name = dagId ?? relation.asset ?? relation.uri ?? "";
  const inside = (
    <>
      <span className={styles.icon}>{dagId ? <Network aria-hidden /> : <Database aria-hidden />}</span>
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.line}>
          <span className={styles.state}>{`${t(dagId ? "dag" : "asset")} · ${t(`relation.${relation.kind}`)}`}</span>
        </span>
      </span>
    </>
  );
  return (
    <>
      <Ends direction={graph.direction} />
      {dagId ? (
        <Link to="/dags/$dagId/graph" params={{ dagId }} className={styles.outer} onFocus={into(id)}>
          {inside}
        </Link>
      ) : (
        <Link to="/assets" search={{ q: relation.asset ?? relation.uri ?? "" }} className={styles.outer} onFocus={into(id)}>
          {inside}
        </Link>
      )}
    </>
  );
}
