import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "@/components/Chip";
import { Field, Select } from "@/components/Fields";
import { JsonArea } from "@/components/ParamControl";
import { ParamForm } from "@/components/ParamForm";
import { absolute } from "@/lib/time";

import styles from "./Trigger.module.css";
import { type TriggerForm } from "./TriggerDialog";
import { type PastRun } from "./useTrigger";

interface ConfProps {
  form: TriggerForm;
  past: readonly PastRun[];
  repeated: PastRun | undefined;
}

/** The values of the run: as a form, or as the JSON that is sent. */
export function Conf({ form, past, repeated }: ConfProps) {
  const { t } = useTranslation("trigger");
  const [json, setJson] = useState(form.params.length === 0);
  return (
    <>
      <div className={styles.above}>
        <Past form={form} past={past} repeated={repeated} />
        {form.params.length > 0 && (
          <div className={styles.modes} role="group" aria-label={t("mode.label")}>
            <Chip on={!json} onClick={() => form.unparsed ?? setJson(false)}>
              {t("mode.form")}
            </Chip>
            <Chip on={json} onClick={() => setJson(true)}>
              {t("mode.json")}
            </Chip>
          </div>
        )}
      </div>
      {json ? (
        <Field label={t("conf")} help={t("confHelp")} error={form.unparsed ? t("confWrong") : problems(form.errors)}>
          {(ids) => <JsonArea {...ids} rows={form.params.length > 0 ? 14 : 5} value={form.unparsed ?? form.values} onChange={form.setConf} />}
        </Field>
      ) : (
        <ParamForm params={form.params} values={form.values} onChange={form.change} errors={form.errors} strict={form.strict} zone={form.zone} />
      )}
    </>
  );
}

function problems(errors: Readonly<Record<string, string>>): string | undefined {
  const lines = Object.entries(errors).filter(([name]) => name !== "").map(([name, text]) => `${name}: ${text}`);
  return lines.length > 0 ? lines.join("\n") : undefined;
}

const DEFAULTS = "";

/** Whose values to begin with: the author's, or those of an earlier run. */
function Past({ form, past, repeated }: ConfProps) {
  const { t } = useTranslation("trigger");
  const { t: words } = useTranslation();
  const [chosen, setChosen] = useState(repeated?.dag_run_id ?? DEFAULTS);
  const first = repeated && !past.some(({ dag_run_id }) => dag_run_id === repeated.dag_run_id) ? [repeated] : [];
  const runs = [...first, ...past].filter(({ conf, dag_run_id }) => Object.keys(conf ?? {}).length > 0 || dag_run_id === repeated?.dag_run_id);
  if (runs.length === 0) return null;
  const choose = (runId: string) => {
    setChosen(runId);
    form.take(runs.find(({ dag_run_id }) => dag_run_id === runId)?.conf ?? null);
  };
  const label = (run: PastRun) => `${absolute(run.run_after, form.zone)} · ${words(`runType.${run.run_type}`)} · ${words(`state.${run.state}`)}`;
  const choices = [{ value: DEFAULTS, label: t("defaults") }, ...runs.map((run) => ({ value: run.dag_run_id, label: label(run) }))];
  return (
    <Field label={t("past")}>{(ids) => <Select {...ids} choices={choices} value={chosen} onChange={(event) => choose(event.target.value)} />}</Field>
  );
}
