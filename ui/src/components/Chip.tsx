import { type ReactNode } from "react";

import { cx } from "@/lib/format";

import styles from "./Chip.module.css";

/** A short word about a thing: a tag, an owner, a kind. With `onClick`, one that filters. */
export function Chip({ children, on, onClick, tone }: { children: ReactNode; on?: boolean; onClick?: () => void; tone?: "warning" | "danger" | "accent" }) {
  if (!onClick) return <span className={cx(styles.chip, tone && styles[tone])}>{children}</span>;
  return (
    <button type="button" className={cx(styles.chip, styles.button)} aria-pressed={on ?? false} onClick={onClick}>
      {children}
    </button>
  );
}
