import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, Select, TextInput } from "@/components/Fields";

import styles from "./Connections.module.css";
import { type ConnectionType } from "./useConnections";

/** The type of a connection: one that is known, or any other by its name. */
export function TypeField({ value, types, onChange }: { value: string; types: readonly ConnectionType[]; onChange: (type: string) => void }) {
  const { t } = useTranslation("connections");
  const known = types.find(({ name }) => name === value);
  const [other, setOther] = useState(!known);
  const choices = [...types.map(({ name, label }) => ({ value: name, label })), { value: "", label: t("form.other") }];
  const missing = known?.package && !known.installed ? t("form.needs", { package: known.package }) : undefined;
  const choose = (name: string) => {
    setOther(name === "");
    onChange(name);
  };
  return (
    <>
      <Field label={t("type")} help={missing} required>
        {(ids) => <Select {...ids} choices={choices} value={other ? "" : value} onChange={(event) => choose(event.target.value)} />}
      </Field>
      {other && (
        <Field label={t("form.otherLabel")} help={t("form.otherHelp")} required>
          {(ids) => <TextInput {...ids} maxLength={500} spellCheck={false} className={styles.mono} value={value} onChange={(event) => onChange(event.target.value)} />}
        </Field>
      )}
    </>
  );
}
