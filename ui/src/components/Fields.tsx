import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Search } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";

import { cx } from "@/lib/format";

import styles from "./Fields.module.css";

interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  /** Given the ids that the control must carry. */
  children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined }) => ReactNode;
}

/** A control with its label, and what is wrong with what was typed. */
export function Field({ label, help, error, required, children }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label}
        {required && <span aria-hidden className={styles.required}> *</span>}
      </label>
      {children({ id, "aria-describedby": (error ?? help) ? `${id}-about` : undefined, "aria-invalid": error ? true : undefined })}
      {(error ?? help) && (
        <div id={`${id}-about`} className={error ? styles.error : styles.help}>
          {error ?? help}
        </div>
      )}
    </div>
  );
}

export function TextInput({ className, ...rest }: InputHTMLAttributes<HTMLInputElement>) {
  return <input className={cx(styles.input, className)} {...rest} />;
}

export function TextArea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea className={cx(styles.input, styles.area, className)} {...rest} />;
}

export interface Choice {
  value: string;
  label: string;
}

/** One of a few: the browser's own list, which every keyboard and phone knows. */
export function Select({ choices, className, ...rest }: SelectHTMLAttributes<HTMLSelectElement> & { choices: readonly Choice[] }) {
  return (
    <select className={cx(styles.input, styles.select, className)} {...rest}>
      {choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** What narrows a list while one types. */
export function SearchField({ label, className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: string }) {
  return (
    <div className={cx(styles.search, className)}>
      <Search aria-hidden />
      <input type="search" aria-label={label} placeholder={label} className={styles.input} spellCheck={false} {...rest} />
    </div>
  );
}

interface SwitchProps {
  on: boolean;
  onChange: (on: boolean) => void;
  label: string;
  disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ on, onChange, label, disabled }: SwitchProps) {
  return (
    <BaseSwitch.Root className={styles.switch} checked={on} onCheckedChange={onChange} aria-label={label} disabled={disabled ?? false}>
      <BaseSwitch.Thumb className={styles.thumb} />
    </BaseSwitch.Root>
  );
}

/** A box to tick. */
export function Checkbox({ label, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode }) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}
