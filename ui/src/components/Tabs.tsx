import { Link, type LinkProps } from "@tanstack/react-router";

import styles from "./Tabs.module.css";

export interface Tab {
  label: string;
  /** Where it leads, as for the router's Link. */
  link: LinkProps;
  count?: number | null | undefined;
}

/** Views of one thing, each with an address of its own. What else the address says of a view does not make it another. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ label: text, link, count }) => (
        <Link key={text} {...link} activeOptions={{ includeSearch: false, ...link.activeOptions }} className={styles.tab} activeProps={{ "aria-current": "page" }}>
          {text}
          {count !== undefined && count !== null && <span className={styles.count}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
