import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/components/Fields";
import { JsonArea } from "@/components/ParamControl";

interface JsonObjectFieldProps {
  label: string;
  help: ReactNode;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** A JSON object that somebody types. */
export function JsonObjectField({ label, help, value, onChange }: JsonObjectFieldProps) {
  const { t } = useTranslation("assets");
  return (
    <Field label={label} help={help} error={isObject(value) ? undefined : t("notObject")}>
      {(ids) => <JsonArea {...ids} rows={6} value={value} onChange={onChange} />}
    </Field>
  );
}

/** Is it what the server takes: names with values? */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
