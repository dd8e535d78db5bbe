import { type ButtonHTMLAttributes, type ReactNode } from "react";

import { cx } from "@/lib/format";

import styles from "./Button.module.css";
import { Tooltip } from "./Tooltip";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "default" | "primary" | "ghost" | "danger";
  small?: boolean;
  icon?: ReactNode;
  /** Work goes on: it cannot be pressed, and says so. */
  busy?: boolean;
}

/** Something that can be pressed. */
export function Button({ kind = "default", small, icon, busy, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={cx(styles.button, styles[kind], small && styles.small, className)}
      disabled={disabled ?? busy}
      aria-busy={busy}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button that shows only a picture; `label` says what it does. */
export function IconButton({ label, children, className, kind = "ghost", ...rest }: ButtonProps & { label: string }) {
  return (
    <Tooltip text={label}>
      <button type="button" aria-label={label} className={cx(styles.button, styles[kind], styles.icon, className)} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
