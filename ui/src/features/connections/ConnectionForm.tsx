import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Checkbox, Field, TextArea, TextInput } from "@/components/Fields";

import styles from "./Connections.module.css";
import { ExtraFields } from "./ExtraFields";
import { type Draft, extraIn, portIn } from "./form";
import { TypeField } from "./TypeField";
import { type ConnectionType } from "./useConnections";

interface ConnectionFormProps {
  draft: Draft;
  onChange: (some: Partial<Draft>) => void;
  types: readonly ConnectionType[];
  /** The id stays what it is. */
  fixed: boolean;
  hasPassword: boolean;
}

/** The fields of a connection: those that its type uses, under the names that it has for them. */
export function ConnectionForm({ draft, onChange, types, fixed, hasPassword }: ConnectionFormProps) {
  const { t } = useTranslation("connections");
  const type = types.find(({ name }) => name === draft.conn_type);
  return (
    <div className={styles.form}>
      {!fixed && (
        <Field label={t("id")} help={t("form.idHelp")} required>
          {(ids) => <TextInput {...ids} maxLength={200} spellCheck={false} className={styles.mono} value={draft.connection_id} onChange={(event) => onChange({ connection_id: event.target.value })} />}
        </Field>
      )}
      <TypeField value={draft.conn_type} types={types} onChange={(conn_type) => onChange({ conn_type })} />
      <Standard draft={draft} type={type} onChange={onChange} />
      <Shown type={type} name="password" kept={draft.password}>
        <Password draft={draft} label={type?.labels.password ?? t("password")} there={hasPassword} onChange={onChange} />
      </Shown>
      {type && <ExtraFields fields={type.extras} extra={draft.extra} onChange={(extra) => onChange({ extra })} />}
      <div className={styles.whole}>
        <Shown type={type} name="extra" kept={draft.extra}>
          <ExtraText label={type?.labels.extra ?? t("extra")} text={draft.extra} onChange={(extra) => onChange({ extra })} />
        </Shown>
        <Field label={t("about")}>{(ids) => <TextInput {...ids} maxLength={5000} value={draft.description} onChange={(event) => onChange({ description: event.target.value })} />}</Field>
      </div>
    </div>
  );
}

/** What the type has no use for is left out, but never hides a value that is there. */
function Shown({ type, name, kept, children }: { type: ConnectionType | undefined; name: string; kept: string; children: ReactNode }) {
  return (!type?.hidden.includes(name) || kept !== "") && children;
}

const TEXTS = ["host", "port", "schema", "login"] as const;

function Standard({ draft, type, onChange }: { draft: Draft; type: ConnectionType | undefined; onChange: (some: Partial<Draft>) => void }) {
  const { t } = useTranslation("connections");
  const wrongPort = portIn(draft.port) === undefined ? t("form.portWrong") : undefined;
  return TEXTS.map((name) => (
    <Shown key={name} type={type} name={name} kept={draft[name]}>
      <Field label={type?.labels[name] ?? t(name)} error={name === "port" ? wrongPort : undefined}>
        {(ids) => (
          <TextInput {...ids} inputMode={name === "port" ? "numeric" : undefined} spellCheck={false} autoComplete="off" placeholder={type?.examples[name]} value={draft[name]} onChange={(event) => onChange({ [name]: event.target.value })} />
        )}
      </Field>
    </Shown>
  ));
}

function Password({ draft, label, there, onChange }: { draft: Draft; label: string; there: boolean; onChange: (some: Partial<Draft>) => void }) {
  const { t } = useTranslation("connections");
  return (
    <div className={styles.password}>
      <Field label={label} help={there && !draft.forget ? t("form.passwordHelp") : undefined}>
        {(ids) => (
          <TextInput {...ids} type="password" autoComplete="new-password" disabled={draft.forget} placeholder={there && !draft.forget ? t("form.kept") : undefined} value={draft.password} onChange={(event) => onChange({ password: event.target.value })} />
        )}
      </Field>
      {there && <Checkbox label={t("form.forget")} checked={draft.forget} onChange={(event) => onChange({ forget: event.target.checked, password: "" })} />}
    </div>
  );
}

function ExtraText({ label, text, onChange }: { label: string; text: string; onChange: (text: string) => void }) {
  const { t } = useTranslation("connections");
  const { trouble } = extraIn(text);
  const wrong = trouble === undefined ? undefined : trouble ? t("form.extraWrong", { why: trouble }) : t("form.extraNoObject");
  return (
    <Field label={label} help={t("form.extraHelp")} error={wrong}>
      {(ids) => <TextArea {...ids} rows={5} spellCheck={false} className={styles.mono} value={text} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
