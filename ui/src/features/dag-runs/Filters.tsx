import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "@/components/Chip";
import { SearchField, Select, TextInput } from "@/components/Fields";
import { RUN_STATES } from "@/lib/states";

import styles from "./Runs.module.css";
import { type RunsFilter } from "./useRuns";

const TYPES = ["scheduled", "manual", "backfill", "asset_triggered", "asset_materialization", "operator_triggered"] as const;

/** What narrows the list of runs. */
export function Filters({ filter, onFilter }: { filter: RunsFilter; onFilter: (some: Partial<RunsFilter>) => void }) {
  const { t } = useTranslation("dagRuns");
  const { t: words } = useTranslation();
  const types = [{ value: "", label: t("anyType") }, ...TYPES.map((value) => ({ value, label: words(`runType.${value}`) }))];
  return (
    <div className={styles.filters}>
      <Search value={filter.q ?? ""} onChange={(q) => onFilter({ q: q || undefined })} />
      {RUN_STATES.map((state) => (
        <Chip key={state} on={filter.state === state} onClick={() => onFilter({ state: filter.state === state ? undefined : state })}>
          {words(`state.${state}`)}
        </Chip>
      ))}
      <Select aria-label={t("type")} choices={types} value={filter.type ?? ""} onChange={(event) => onFilter({ type: event.target.value || undefined })} />
      <label className={styles.day}>
        {t("from")}
        <TextInput type="date" value={filter.from ?? ""} onChange={(event) => onFilter({ from: event.target.value || undefined })} />
      </label>
      <label className={styles.day}>
        {t("to")}
        <TextInput type="date" value={filter.to ?? ""} onChange={(event) => onFilter({ to: event.target.value || undefined })} />
      </label>
    </div>
  );
}

/** What is typed narrows the list a moment later. */
function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation("dagRuns");
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), 200);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchField label={t("search")} value={text} onChange={(event) => setText(event.target.value)} />;
}
