import { useTranslation } from "react-i18next";

import { type Param, problemOf, sections, valueOf } from "@/lib/params";

import { Checkbox, Field } from "./Fields";
import { Markdown } from "./Markdown";
import { ParamControl } from "./ParamControl";
import styles from "./ParamForm.module.css";

interface ParamFormProps {
  params: readonly Param[];
  values: Readonly<Record<string, unknown>>;
  onChange: (name: string, value: unknown) => void;
  /** What the server said is wrong, by param. */
  errors?: Readonly<Record<string, string>>;
  /** Say what is wrong with fields that nobody has touched too. */
  strict?: boolean;
  /** For dates with times. */
  zone: string;
}

/** A form made of params: a control for each, by its schema. */
export function ParamForm({ params, ...rest }: ParamFormProps) {
  return sections(params).map(([name, list]) =>
    name === "" ? (
      <Rows key={name} params={list} {...rest} />
    ) : (
      <fieldset key={name} className={styles.section}>
        <legend>{name}</legend>
        <Rows params={list} {...rest} />
      </fieldset>
    ),
  );
}

function Rows({ params, values, onChange, errors, strict, zone }: ParamFormProps) {
  return (
    <div className={styles.rows}>
      {params.map((param) => (
        <Row
          key={param.name}
          param={param}
          value={valueOf(param, values)}
          onChange={(value) => onChange(param.name, value)}
          error={errors?.[param.name]}
          strict={strict ?? false}
          zone={zone}
        />
      ))}
    </div>
  );
}

interface RowProps {
  param: Param;
  value: unknown;
  onChange: (value: unknown) => void;
  error: string | undefined;
  strict: boolean;
  zone: string;
}

function Row({ param, value, onChange, error, strict, zone }: RowProps) {
  const wrong = useProblem(param, value, strict);
  const help = param.schema.description_md ? <Markdown text={param.schema.description_md} /> : (param.description ?? (param.control === "date-time" ? zone : undefined));
  if (param.control === "boolean") {
    return (
      <div className={styles.box}>
        <Checkbox label={param.title} checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        {help && <div className={styles.help}>{help}</div>}
        {(error ?? wrong) && <div className={styles.error}>{error ?? wrong}</div>}
      </div>
    );
  }
  return (
    <Field label={<Label param={param} />} required={param.required} error={error ?? wrong} help={help}>
      {(ids) => <ParamControl ids={ids} param={param} value={value} onChange={onChange} zone={zone} />}
    </Field>
  );
}

function Label({ param }: { param: Param }) {
  return (
    <>
      {param.title}
      {param.title !== param.name && <code className={styles.name}>{param.name}</code>}
    </>
  );
}

/** Words for what is wrong; a field that is as it was at first is not blamed before the form is sent. */
function useProblem(param: Param, value: unknown, strict: boolean): string | undefined {
  const { t } = useTranslation("params");
  const problem = strict || value !== param.initial ? problemOf(param, value) : null;
  return problem ? t(`problem.${problem.key}`, { than: problem.than ?? "" }) : undefined;
}
