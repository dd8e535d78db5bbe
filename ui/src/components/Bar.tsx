import { type ReactNode } from "react";

import styles from "./Bar.module.css";

/** Above a list: what narrows it, and at the right what can be done. */
export function Bar({ children, actions }: { children: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles.bar}>
      {children}
      {actions && <div className={styles.side}>{actions}</div>}
    </div>
  );
}
