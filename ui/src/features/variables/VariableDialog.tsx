import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Confirm, Dialog } from "@/components/Dialog";
import { Field, TextArea, TextInput } from "@/components/Fields";
import { Failure, Skeleton } from "@/components/Say";
import { useSay } from "@/components/Toasts";

import { jsonTrouble, MASK } from "./file";
import { useSave, useVariable, type Variable } from "./useVariables";
import styles from "./Variables.module.css";

/** Makes a variable; with a name, changes that one. */
export function VariableDialog({ name, onClose }: { name?: string; onClose: () => void }) {
  return name === undefined ? <Form onClose={onClose} /> : <Existing name={name} onClose={onClose} />;
}

function Existing({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("variables");
  const { data, error } = useVariable(name);
  // What others change meanwhile does not overwrite what is being typed.
  const [there, setThere] = useState<Variable>();
  if (data && !there) setThere(data);
  if (there) return <Form there={there} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title={t("edit", { key: name })}>
      {error ? <Failure error={error} /> : <Skeleton lines={5} />}
    </Dialog>
  );
}

function Form({ there, onClose }: { there?: Variable; onClose: () => void }) {
  const { t } = useTranslation("variables");
  const say = useSay();
  const save = useSave(!there);
  const secret = there?.value === MASK;
  const [key, setKey] = useState(there?.key ?? "");
  const [value, setValue] = useState(secret ? "" : (there?.value ?? ""));
  const [about, setAbout] = useState(there?.description ?? "");
  const go = () =>
    save.mutate(
      { key, value: secret && value === "" ? MASK : value, description: about || null },
      {
        onSuccess: () => {
          say.done(t(there ? "changed" : "created", { key }));
          onClose();
        },
      },
    );
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={go}
      title={there ? t("edit", { key: there.key }) : t("addTitle")}
      description={secret ? t("secret") : value.includes(MASK) && t("form.masked")}
      verb={t(there ? "save" : "create", { ns: "common" })}
      busy={save.isPending}
      disabled={key.trim() === ""}
    >
      {!there && (
        <Field label={t("key")} help={t("form.keyHelp")} required>
          {(ids) => <TextInput {...ids} required maxLength={250} spellCheck={false} className={styles.mono} value={key} onChange={(event) => setKey(event.target.value)} />}
        </Field>
      )}
      <ValueField secret={secret} value={value} onChange={setValue} />
      <Field label={t("about")}>{(ids) => <TextInput {...ids} maxLength={5000} value={about} onChange={(event) => setAbout(event.target.value)} />}</Field>
      {save.error && (
        <p role="alert" className={styles.error}>
          {save.error.message}
        </p>
      )}
    </Confirm>
  );
}

function ValueField({ secret, value, onChange }: { secret: boolean; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("variables");
  const trouble = jsonTrouble(value);
  const help = trouble ? <span className={styles.warning}>{t("form.notJson", { why: trouble })}</span> : t(secret ? "form.secretHelp" : "form.valueHelp");
  return (
    <Field label={t("value")} help={help}>
      {(ids) => <TextArea {...ids} rows={6} spellCheck={false} className={styles.mono} placeholder={secret ? t("form.unchanged") : undefined} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
