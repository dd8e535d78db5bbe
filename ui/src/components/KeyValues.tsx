import { type ReactNode } from "react";

import styles from "./KeyValues.module.css";

/** Facts about one thing: names at the left, values at the right. What is null or undefined shows a dash. */
export function KeyValues({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.list}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.row}>
          <dt>{name}</dt>
          <dd>{value ?? <span className="muted">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
