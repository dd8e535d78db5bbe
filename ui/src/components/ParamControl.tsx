import { type ComponentType, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { asText, choicesOf, type Control, nullable, type Param, Unparsed } from "@/lib/params";
import { fromLocal, toLocal } from "@/lib/time";

import { Chip } from "./Chip";
import { Select, TextArea, TextInput } from "./Fields";
import styles from "./ParamForm.module.css";

interface ControlProps {
  ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
  param: Param;
  value: unknown;
  onChange: (value: unknown) => void;
  zone: string;
}

/** What a value of this param is given with. */
export function ParamControl(props: ControlProps) {
  const Control = CONTROLS[props.param.control];
  return <Control {...props} />;
}

/** Nothing typed is null where that may be, else no text. */
function fromText(param: Param, text: string): unknown {
  return text === "" && (param.required || nullable(param.schema)) ? null : text;
}

function Text({ ids, param, value, onChange }: ControlProps) {
  const list = useId();
  const { examples } = param.schema;
  return (
    <>
      <TextInput {...ids} value={asText(value)} list={examples ? list : undefined} onChange={(event) => onChange(fromText(param, event.target.value))} />
      {examples && (
        <datalist id={list}>
          {choicesOf({ examples, ...(param.schema.values_display ? { values_display: param.schema.values_display } : {}) }).map(({ value: example, label }) => (
            <option key={asText(example)} value={asText(example)} label={label} />
          ))}
        </datalist>
      )}
    </>
  );
}

function Multiline({ ids, param, value, onChange }: ControlProps) {
  return <TextArea {...ids} value={asText(value)} onChange={(event) => onChange(fromText(param, event.target.value))} />;
}

/** What is typed stays as it is typed ("1.", "-"), whatever number it is so far. */
function NumberInput({ ids, value, onChange }: ControlProps) {
  const [draft, setDraft] = useState(asText(value));
  const shown = numberIn(draft) === value ? draft : asText(value);
  const type = (text: string) => {
    setDraft(text);
    onChange(numberIn(text));
  };
  return <TextInput {...ids} className={styles.narrow} inputMode="decimal" value={shown} onChange={(event) => type(event.target.value)} />;
}

/** The number, null for nothing, or the text where it is none. */
function numberIn(text: string): unknown {
  if (text.trim() === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function Temporal({ ids, param, value, onChange, zone }: ControlProps) {
  const moment = param.control === "date-time";
  const text = asText(value);
  const shown = moment && !Number.isNaN(Date.parse(text)) ? toLocal(text, zone) : text;
  const take = (local: string) => {
    if (local === "") onChange(null);
    else onChange(moment ? fromLocal(local, zone) : local);
  };
  const type = moment ? "datetime-local" : param.control;
  return <TextInput {...ids} className={styles.narrow} type={type} step={type === "date" ? undefined : 1} value={shown} onChange={(event) => take(event.target.value)} />;
}

function OneOf({ ids, param, value, onChange }: ControlProps) {
  const { t } = useTranslation("params");
  const choices = choicesOf(param.schema);
  const place = choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(value));
  const options = choices.map(({ label }, at) => ({ value: String(at), label }));
  return (
    <Select
      {...ids}
      value={String(place)}
      choices={place < 0 ? [{ value: "-1", label: t("choose") }, ...options] : options}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.value ?? null)}
    />
  );
}

function SomeOf({ ids, param, value, onChange }: ControlProps) {
  const chosen: unknown[] = Array.isArray(value) ? value : [];
  const others = chosen.filter((item) => !choicesOf(param.schema).some((choice) => choice.value === item)).map((item) => ({ value: item, label: asText(item) }));
  const toggle = (item: unknown) => onChange(chosen.includes(item) ? chosen.filter((each) => each !== item) : [...chosen, item]);
  return (
    <div {...ids} role="group" aria-label={param.title} className={styles.choices}>
      {[...choicesOf(param.schema), ...others].map((choice) => (
        <Chip key={asText(choice.value)} on={chosen.includes(choice.value)} onClick={() => toggle(choice.value)}>
          {choice.label}
        </Chip>
      ))}
    </div>
  );
}

function Lines({ ids, value, onChange }: ControlProps) {
  const { t } = useTranslation("params");
  const lines: unknown[] = Array.isArray(value) ? value : [];
  const take = (text: string) => onChange(text === "" ? [] : text.split("\n"));
  return <TextArea {...ids} className={styles.short} placeholder={t("lines")} value={lines.map(asText).join("\n")} onChange={(event) => take(event.target.value)} />;
}

function JsonInput({ ids, param, value, onChange }: ControlProps) {
  return <JsonArea {...ids} value={value} empty={nullable(param.schema)} onChange={onChange} />;
}

interface JsonAreaProps {
  value: unknown;
  onChange: (value: unknown) => void;
  /** Nothing typed is null. */
  empty?: boolean;
  rows?: number;
  id?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | undefined;
}

/** JSON as it is typed: the value, or `Unparsed` while it is none. */
export function JsonArea({ value, onChange, empty, ...rest }: JsonAreaProps) {
  const [draft, setDraft] = useState(() => pretty(value));
  const [held, setHeld] = useState(value);
  if (JSON.stringify(value) !== JSON.stringify(held)) {
    setHeld(value);
    setDraft(pretty(value));
  }
  const type = (text: string) => {
    const parsed = jsonIn(text, empty ?? false);
    setDraft(text);
    setHeld(parsed);
    onChange(parsed);
  };
  return <TextArea {...rest} className={styles.mono} spellCheck={false} value={draft} onChange={(event) => type(event.target.value)} />;
}

function pretty(value: unknown): string {
  if (value instanceof Unparsed) return value.text;
  return value === null || value === undefined ? "" : JSON.stringify(value, null, 2);
}

function jsonIn(text: string, empty: boolean): unknown {
  if (text.trim() === "" && empty) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new Unparsed(text);
  }
}

const CONTROLS: Readonly<Record<Control, ComponentType<ControlProps>>> = {
  text: Text,
  multiline: Multiline,
  number: NumberInput,
  boolean: Text, // drawn by the form: its label is beside it
  date: Temporal,
  "date-time": Temporal,
  time: Temporal,
  choice: OneOf,
  choices: SomeOf,
  lines: Lines,
  json: JsonInput,
};
