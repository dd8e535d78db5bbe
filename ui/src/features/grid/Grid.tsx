import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";

import { type GridRun } from "./cells";
import { Field } from "./Field";
import styles from "./Grid.module.css";
import { GridBar, Legend } from "./GridBar";
import { type GridRow, rowsOf, toggled } from "./rows";
import { type GridSearch } from "./search";
import { type Structure, useGridRuns, useStructure } from "./useGrid";

const FEW = 50;

interface GridProps {
  dagId: string;
  search: GridSearch;
  onSearch: (some: Partial<GridSearch>) => void;
  /** The DAG's own time zone. */
  zone?: string | undefined;
}

/** Tasks × runs: what is in view is asked for, drawn and kept up to date, and nothing else. */
export function Grid({ dagId, search, onSearch, zone }: GridProps) {
  const count = search.runs ?? FEW;
  const structure = useStructure(dagId);
  const answer = useGridRuns(dagId, { ...search, runs: count });
  const error = blocking(structure.error, structure.data) ?? blocking(answer.error, answer.data);
  if (error) return <Failure error={error} retry={() => void Promise.all([structure.refetch(), answer.refetch()])} />;
  const tree = structure.data;
  const runs = answer.data?.runs;
  return (
    <>
      <GridBar
        search={search}
        onSearch={onSearch}
        runs={count}
        hasGroups={tree?.nodes.some(({ type }) => type === "group") ?? false}
        oldest={answer.data?.more ? runs?.[0]?.run_id : undefined}
      />
      <Card flush>
        {tree && runs ? (
          <Body dagId={dagId} tree={tree} runs={runs} search={search} onSearch={onSearch} zone={zone} />
        ) : (
          <div className={styles.waiting}>
            <Skeleton lines={10} />
          </div>
        )}
      </Card>
      <Legend />
    </>
  );
}

interface BodyProps extends GridProps {
  tree: Structure;
  runs: readonly GridRun[];
}

function Body({ dagId, tree, runs, search, onSearch, zone }: BodyProps) {
  const { t } = useTranslation("grid");
  const { fold, groups, q } = search;
  const rows = useMemo(() => rowsOf(tree.nodes, { fold, groups }, tree.task_count, q), [tree, fold, groups, q]);
  const turn = useCallback((row: GridRow) => onSearch(toggled({ fold, groups }, row.id)), [onSearch, fold, groups]);
  if (rows.length === 0) return <Empty title={q ? t("noTask", { text: q }) : t("noTasks")} />;
  const narrowed = [search.type, search.state, search.before].some((value) => value !== undefined);
  return (
    <>
      {runs.length === 0 && <p className={styles.noRuns}>{narrowed ? t("noRunFits") : t("noRuns")}</p>}
      <Field
        key={dagId}
        dagId={dagId}
        version={tree.version_number}
        rows={rows}
        runs={runs}
        onFold={turn}
        dagZone={zone}
        anchor={`${search.before ?? ""}/${search.runs ?? ""}`}
      />
    </>
  );
}
