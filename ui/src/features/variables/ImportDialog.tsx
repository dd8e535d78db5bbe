import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { Field, Select } from "@/components/Fields";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import { type Entry, read, type Wrong } from "./file";
import { type Existing, useImport } from "./useVariables";
import styles from "./Variables.module.css";

const SHOWN = 50;

/** Reads a JSON file, shows what it holds, and creates that. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("variables");
  const { may } = useMe();
  const say = useSay();
  const bring = useImport();
  const [found, setFound] = useState<Entry[] | Wrong>();
  const [existing, setExisting] = useState<Existing>("skip");
  const entries = Array.isArray(found) ? found : [];
  const wrong = found && !Array.isArray(found) ? t(`bring.${found.why}`, { why: "text" in found ? found.text : "" }) : undefined;
  const ways: Existing[] = may("variable", "edit") ? ["skip", "overwrite", "fail"] : ["skip", "fail"];
  const refused = bring.error?.message ?? bring.data?.errors.join("\n");
  const go = () =>
    bring.mutate(
      { entries, existing },
      {
        onSuccess: ({ count, errors }) => {
          if (errors.length > 0) return;
          say.done(t("bring.done", { count }));
          onClose();
        },
      },
    );
  return (
    <Confirm open onClose={onClose} onConfirm={go} title={t("bring.title")} description={t("bring.text")} verb={t("bring.verb")} busy={bring.isPending} disabled={entries.length === 0}>
      <Field label={t("bring.file")} error={wrong} required>
        {(ids) => <input {...ids} type="file" accept=".json,application/json" className={styles.file} onChange={(event) => void event.target.files?.[0]?.text().then((text) => setFound(read(text)))} />}
      </Field>
      <Field label={t("bring.existing")}>
        {(ids) => <Select {...ids} choices={ways.map((way) => ({ value: way, label: t(`bring.${way}`) }))} value={existing} onChange={(event) => setExisting(event.target.value as Existing)} />}
      </Field>
      {entries.length > 0 && (
        <section aria-live="polite">
          <p>{t("bring.preview", { count: entries.length })}</p>
          <ul className={styles.list}>
            {entries.slice(0, SHOWN).map(({ key }) => (
              <li key={key} className={styles.mono}>
                {key}
              </li>
            ))}
            {entries.length > SHOWN && <li className="muted">{t("bring.more", { count: entries.length - SHOWN })}</li>}
          </ul>
        </section>
      )}
      {refused && (
        <p role="alert" className={styles.error}>
          {refused}
        </p>
      )}
    </Confirm>
  );
}
