import { type ReactNode, useEffect } from "react";

import { cx } from "@/lib/format";
import { useMe } from "@/lib/me";

import styles from "./Page.module.css";

interface PageProps {
  /** Also the title of the browser's tab. */
  title: string;
  /** What stands where the title would be, where it is more than text. */
  heading?: ReactNode;
  /** Above the title: where this page is. */
  above?: ReactNode;
  /** Below the title, in few words. */
  summary?: ReactNode;
  actions?: ReactNode;
  /** Tabs, below the head. */
  tabs?: ReactNode;
  children: ReactNode;
  /** Fills the window's height; what is inside scrolls. */
  filled?: boolean;
}

/** The head of a page and what is on it. */
export function Page({ title, heading, above, summary, actions, tabs, children, filled }: PageProps) {
  const { instance } = useMe();
  useEffect(() => {
    document.title = `${title} · ${instance}`;
  }, [title, instance]);
  return (
    <div className={cx(styles.page, filled && styles.filled)}>
      <header className={styles.head}>
        {above && <div className={styles.above}>{above}</div>}
        <div className={styles.row}>
          <div className={styles.title}>
            {heading ?? <h1>{title}</h1>}
            {summary && <div className={styles.summary}>{summary}</div>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
        {tabs}
      </header>
      <div className={styles.body}>{children}</div>
    </div>
  );
}
