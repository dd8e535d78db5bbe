import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowRight, FoldVertical, UnfoldVertical } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { SearchField } from "@/components/Fields";
import { RunChoice, type RunInShort } from "@/components/RunChoice";

import { type GraphChoice } from "./Graph";
import styles from "./Graph.module.css";
import { useOnGraph } from "./useGraph";

interface GraphBarProps {
  choice: GraphChoice;
  onChange: (some: Partial<GraphChoice>) => void;
  /** To choose from; null on the page of one run. */
  runs: readonly RunInShort[] | null;
  taskIds: readonly string[];
  groups: readonly string[];
  ended: boolean;
  onFind: (taskId: string) => void;
}

/** Above the graph: which run, where a task is, how it is drawn. */
export function GraphBar({ choice, onChange, runs, taskIds, groups, ended, onFind }: GraphBarProps) {
  const { t } = useTranslation("graph");
  const { dagId, runId } = useOnGraph();
  const next = choice.direction === "LR" ? "TB" : "LR";
  return (
    <div className={styles.bar}>
      {runs && <RunChoice label={t("run")} none={t("noRun")} runs={runs} value={runId} onChange={(run) => onChange({ run })} />}
      <Find taskIds={taskIds} onFind={onFind} />
      <span className={styles.gap} />
      {ended && <Chip on={choice.critical} onClick={() => onChange({ critical: !choice.critical })}>{t("critical")}</Chip>}
      <Chip on={choice.outer} onClick={() => onChange({ outer: !choice.outer })}>{t("outer")}</Chip>
      <span className={styles.icons}>
        {groups.length > 0 && (
          <>
            <IconButton label={t("foldAll")} onClick={() => onChange({ fold: groups })}>
              <FoldVertical />
            </IconButton>
            <IconButton label={t("unfoldAll")} onClick={() => onChange({ fold: [] })}>
              <UnfoldVertical />
            </IconButton>
          </>
        )}
        <IconButton label={t(`direction.${next}`)} onClick={() => onChange({ direction: next })}>
          {next === "LR" ? <ArrowRight /> : <ArrowDown />}
        </IconButton>
      </span>
      {runId ? (
        <Link to="/dags/$dagId/runs/$runId/tasks" params={{ dagId, runId }}>{t("table")}</Link>
      ) : (
        <Link to="/dags/$dagId/tasks" params={{ dagId }}>{t("table")}</Link>
      )}
    </div>
  );
}

const MOST = 12;

function Find({ taskIds, onFind }: { taskIds: readonly string[]; onFind: (taskId: string) => void }) {
  const { t } = useTranslation("graph");
  const [text, setText] = useState("");
  const hits = useMemo(() => (text ? taskIds.filter((id) => id.toLowerCase().includes(text.toLowerCase())).slice(0, MOST) : []), [text, taskIds]);
  const go = (task: string) => {
    setText("");
    onFind(task);
  };
  return (
    <div className={styles.find}>
      <SearchField
        label={t("search")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && hits[0]) go(hits[0]);
          if (event.key === "Escape") setText("");
        }}
      />
      {hits.length > 0 && (
        <ul className={styles.hits}>
          {hits.map((id) => (
            <li key={id}>
              <button type="button" onClick={() => go(id)}>
                {id}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
