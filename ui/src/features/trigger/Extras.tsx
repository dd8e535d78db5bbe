import { useTranslation } from "react-i18next";

import { type Schemas } from "@/api/client";
import { Field, Select, TextArea, TextInput } from "@/components/Fields";
import { fromLocal, toLocal } from "@/lib/time";

import styles from "./Trigger.module.css";

export interface ExtrasState {
  /** Which logical date: this moment, another, or none. */
  when: "now" | "at" | "none";
  at: string;
  runId: string;
  note: string;
  partition: string;
}

export const NO_EXTRAS: ExtrasState = { when: "now", at: "", runId: "", note: "", partition: "" };

/** What they mean to the server. */
export function extrasBody({ when, at, runId, note, partition }: ExtrasState, zone: string): Omit<Schemas["TriggerDAGRunPostBody"], "conf"> {
  const dates = { now: () => new Date().toISOString(), at: () => (at ? fromLocal(at, zone) : null), none: () => null };
  return {
    logical_date: dates[when](),
    dag_run_id: runId || null,
    note: note || null,
    partition_key: partition || null,
    data_interval_start: null,
    data_interval_end: null,
    run_after: null,
  };
}

interface ExtrasProps {
  state: ExtrasState;
  onChange: (state: ExtrasState) => void;
  errors: Readonly<Record<string, string>>;
  partitioned: boolean;
  zone: string;
}

/** What most runs need not be told: date, id, note. */
export function Extras({ state, onChange, errors, partitioned, zone }: ExtrasProps) {
  const { t } = useTranslation("trigger");
  const change = (some: Partial<ExtrasState>) => onChange({ ...state, ...some });
  const whens = (["now", "at", "none"] as const).map((value) => ({ value, label: t(`when.${value}`) }));
  return (
    <details className={styles.extras}>
      <summary>{t("more")}</summary>
      <div className={styles.rows}>
        <Field label={t("logicalDate")} help={t("logicalDateHelp", { zone })} error={errors.logical_date}>
          {(ids) => (
            <span className={styles.date}>
              <Select {...ids} choices={whens} value={state.when} onChange={(event) => change({ when: event.target.value as ExtrasState["when"], at: state.at || toLocal(Date.now(), zone) })} />
              {state.when === "at" && <TextInput type="datetime-local" step={1} aria-label={t("logicalDate")} value={state.at} onChange={(event) => change({ at: event.target.value })} />}
            </span>
          )}
        </Field>
        <Field label={t("runId")} help={t("runIdHelp")} error={errors.dag_run_id}>
          {(ids) => <TextInput {...ids} maxLength={250} value={state.runId} spellCheck={false} onChange={(event) => change({ runId: event.target.value })} />}
        </Field>
        {partitioned && (
          <Field label={t("partition")} error={errors.partition_key}>
            {(ids) => <TextInput {...ids} maxLength={250} value={state.partition} onChange={(event) => change({ partition: event.target.value })} />}
          </Field>
        )}
        <Field label={t("note")} error={errors.note}>
          {(ids) => <TextArea {...ids} className={styles.short} maxLength={1000} value={state.note} onChange={(event) => change({ note: event.target.value })} />}
        </Field>
      </div>
    </details>
  );
}
