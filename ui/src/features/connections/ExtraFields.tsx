import { Checkbox, Field, TextInput } from "@/components/Fields";

import styles from "./Connections.module.css";
import { extraIn, withKey } from "./form";
import { type ConnectionType } from "./useConnections";

type ExtraField = ConnectionType["extras"][number];

interface ExtraFieldsProps {
  fields: readonly ExtraField[];
  /** The whole extra, as JSON text: what is typed here is written there. */
  extra: string;
  onChange: (extra: string) => void;
}

/** Keys of the extra that the type knows, as fields of their own. While the text is no JSON they cannot be written. */
export function ExtraFields({ fields, extra, onChange }: ExtraFieldsProps) {
  const { object, trouble } = extraIn(extra);
  return fields.map((field) => (
    <One key={field.key} field={field} value={object[field.key]} disabled={trouble !== undefined} onChange={(value) => onChange(withKey(extra, field.key, value))} />
  ));
}

const INPUTS = { text: "text", secret: "password", number: "number", boolean: "text" } as const;

function One({ field, value, disabled, onChange }: { field: ExtraField; value: unknown; disabled: boolean; onChange: (value: unknown) => void }) {
  if (field.kind === "boolean") {
    const on = value === true || value === "true" || value === "True";
    return (
      <div className={styles.check}>
        <Checkbox label={field.label} checked={on} disabled={disabled} onChange={(event) => onChange(event.target.checked ? true : undefined)} />
      </div>
    );
  }
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const meant = (typed: string) => (field.kind === "number" && typed !== "" ? Number(typed) : typed);
  return (
    <Field label={field.label}>
      {(ids) => <TextInput {...ids} type={INPUTS[field.kind]} autoComplete="off" spellCheck={false} disabled={disabled} value={text} onChange={(event) => onChange(meant(event.target.value))} />}
    </Field>
  );
}
