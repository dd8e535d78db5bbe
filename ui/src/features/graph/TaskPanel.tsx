import { Link } from "@tanstack/react-router";
import { useReactFlow } from "@xyflow/react";
import { X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Select } from "@/components/Fields";
import { KeyValues } from "@/components/KeyValues";
import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";

import { type GraphChoice } from "./Graph";
import styles from "./Graph.module.css";
import { type Item } from "./structure";
import { type Summary, useOnGraph } from "./useGraph";

interface TaskPanelProps {
  taskId: string;
  item: Item | undefined;
  choice: GraphChoice;
  onChange: (some: Partial<GraphChoice>) => void;
}

/** The task that was chosen: what it does in this run, and what is around it. */
export function TaskPanel({ taskId, item, choice, onChange }: TaskPanelProps) {
  const { t } = useTranslation("graph");
  const { onChoose, states } = useOnGraph();
  const flow = useReactFlow();
  useEffect(() => {
    if (!flow.getNode(taskId)) return;
    void flow.fitView({ nodes: [{ id: taskId }], maxZoom: Math.max(flow.getZoom(), 0.7), minZoom: Math.min(flow.getZoom(), 1), duration: 200 });
  }, [taskId, flow]);
  // What is as for most is left out of the answer.
  const one: Partial<Summary> | undefined = states.get(taskId);
  const facts: [string, React.ReactNode][] = [
    ...(one ? [[t("panel.state"), <StateBadge key="state" state={one.state} />] as [string, React.ReactNode]] : []),
    ...(one?.start_date ? ([[t("panel.started"), <When key="start" at={one.start_date} />], [t("panel.took"), <Took key="took" start={one.start_date} end={one.end_date} />]] as [string, React.ReactNode][]) : []),
    [t("panel.operator"), item?.operator],
    [t("panel.rule"), item?.trigger_rule ?? "all_success"],
    ...(item?.role ? [[t("panel.role"), t(item.role)] as [string, React.ReactNode]] : []),
    ...(item?.tooltip ? [[t("panel.doc"), item.tooltip] as [string, React.ReactNode]] : []),
  ];
  return (
    <aside className={styles.panel} aria-label={t("panel.title", { task: taskId })}>
      <header className={styles.panelHead}>
        <h2>{taskId}</h2>
        <IconButton label={t("panel.close")} onClick={() => onChoose(undefined)}>
          <X />
        </IconButton>
      </header>
      <Links taskId={taskId} mapped={item?.is_mapped ?? false} />
      <KeyValues facts={facts} />
      <Around choice={choice} onChange={onChange} />
    </aside>
  );
}

function Links({ taskId, mapped }: { taskId: string; mapped: boolean }) {
  const { t } = useTranslation("graph");
  const { dagId, runId } = useOnGraph();
  if (!runId) return null;
  const there = { params: { dagId, runId, taskId }, search: { map_index: -1 } };
  return (
    <div className={styles.links}>
      {mapped ? (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId/mapped" {...there}>{t("mapped")}</Link>
      ) : (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" {...there}>{t("panel.log")}</Link>
      )}
      <Link to="/dags/$dagId/runs/$runId/tasks/$taskId/details" {...there}>{t("panel.open")}</Link>
    </div>
  );
}

function Around({ choice, onChange }: { choice: GraphChoice; onChange: (some: Partial<GraphChoice>) => void }) {
  const { t } = useTranslation("graph");
  const ways = ["up", "down", "both"] as const;
  return (
    <div className={styles.filter}>
      <Select
        aria-label={t("filter.title")}
        value={choice.way ?? ""}
        onChange={(event) => onChange({ way: ways.find((way) => way === event.target.value) })}
        choices={[{ value: "", label: t("filter.all") }, ...ways.map((way) => ({ value: way, label: t(`filter.${way}`) }))]}
      />
      {choice.way && (
        <label className={styles.filter}>
          {t("filter.depth")}
          <Select
            value={String(choice.depth ?? "")}
            onChange={(event) => onChange({ depth: event.target.value ? Number(event.target.value) : undefined })}
            choices={[{ value: "", label: t("filter.anyDepth") }, ...[1, 2, 3, 5, 10].map((depth) => ({ value: String(depth), label: String(depth) }))]}
          />
        </label>
      )}
    </div>
  );
}
