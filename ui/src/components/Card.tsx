import { type ReactNode, useId } from "react";

import { cx } from "@/lib/format";

import styles from "./Card.module.css";

interface CardProps {
  title?: ReactNode;
  /** Beside the title, at the right. */
  actions?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
  /** Tables and pictures reach the card's edge. */
  flush?: boolean;
}

/** A part of a page, with a title. */
export function Card({ title, actions, children, className, flush }: CardProps) {
  const id = useId();
  return (
    <section className={cx(styles.card, className)} aria-labelledby={title ? id : undefined}>
      {(title ?? actions) && (
        <header className={styles.head}>
          {title && <h2 id={id}>{title}</h2>}
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={cx(styles.body, flush && styles.flush)}>{children}</div>
    </section>
  );
}
