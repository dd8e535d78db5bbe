import { ArrowLeft, ChevronsDownUp, ChevronsUpDown } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { SearchField, Select } from "@/components/Fields";
import { StateDot } from "@/components/StateBadge";
import { RUN_STATES, URGENCY } from "@/lib/states";

import styles from "./Grid.module.css";
import { type GridSearch, RUN_TYPES } from "./search";
import { type RunState, type RunType } from "./useGrid";

interface BarProps {
  search: GridSearch;
  onSearch: (some: Partial<GridSearch>) => void;
  runs: number;
  hasGroups: boolean;
  /** The oldest run on the screen, where there are older ones. */
  oldest: string | undefined;
}

const COUNTS = [25, 50, 100, 200];

/** What is shown: which runs, which tasks, folded or not. */
export function GridBar({ search, onSearch, runs, hasGroups, oldest }: BarProps) {
  const { t } = useTranslation("grid");
  const any = { value: "", label: t("any") };
  return (
    <div className={styles.toolbar}>
      <TaskSearch value={search.q ?? ""} onChange={(q) => onSearch({ q: q || undefined })} />
      <Select
        aria-label={t("type")}
        value={search.type ?? ""}
        choices={[{ ...any, label: t("anyType") }, ...RUN_TYPES.map((type) => ({ value: type, label: t(`common:runType.${type}`) }))]}
        onChange={({ target }) => onSearch({ type: (target.value || undefined) as RunType | undefined, before: undefined })}
      />
      <Select
        aria-label={t("runState")}
        value={search.state ?? ""}
        choices={[{ ...any, label: t("anyState") }, ...RUN_STATES.map((state) => ({ value: state, label: t(`common:state.${state}`) }))]}
        onChange={({ target }) => onSearch({ state: (target.value || undefined) as RunState | undefined, before: undefined })}
      />
      <Select
        aria-label={t("number")}
        value={String(runs)}
        choices={[...new Set([...COUNTS, runs])].sort((one, other) => one - other).map((count) => ({ value: String(count), label: t("runs", { count }) }))}
        onChange={({ target }) => onSearch({ runs: Number(target.value) })}
      />
      <Button icon={<ArrowLeft aria-hidden />} disabled={oldest === undefined} onClick={() => onSearch({ before: oldest })}>
        {t("older")}
      </Button>
      {search.before !== undefined && <Button onClick={() => onSearch({ before: undefined })}>{t("newest")}</Button>}
      {hasGroups && (
        <span className={styles.folds}>
          <IconButton label={t("unfoldAll")} onClick={() => onSearch({ fold: "none", groups: undefined })}>
            <ChevronsUpDown />
          </IconButton>
          <IconButton label={t("foldAll")} onClick={() => onSearch({ fold: "all", groups: undefined })}>
            <ChevronsDownUp />
          </IconButton>
        </span>
      )}
    </div>
  );
}

/** What is typed stands in the address a moment later. */
function TaskSearch({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation("grid");
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), 150);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchField label={t("search")} value={text} onChange={({ target }) => setText(target.value)} className={styles.search} />;
}

/** Which colour is which state. */
export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend} aria-label={t("grid:legend")}>
      {URGENCY.map((state) => (
        <li key={state}>
          <StateDot state={state} />
          {t(`state.${state}`)}
        </li>
      ))}
    </ul>
  );
}
