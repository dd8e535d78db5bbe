import { Link, type LinkProps, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import styles from "./Tabs.module.css";

export interface Tab {
  label: string;
  /** Where it leads, as for the router's Link. */
  link: LinkProps;
  count?: number | null | undefined;
}

/** Views of one thing, each with an address of its own. What else the address says of a view does not make it another. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const bar = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  useEffect(() => {
    // On a phone not all of them fit: the one that is shown is in view.
    const open = bar.current?.querySelector<HTMLElement>("[aria-current='page']");
    if (bar.current && open) bar.current.scrollLeft = open.offsetLeft - (bar.current.clientWidth - open.offsetWidth) / 2;
  }, [path]);
  return (
    <nav ref={bar} className={styles.tabs} aria-label={label}>
      {tabs.map(({ label: text, link, count }) => (
        <Link key={text} {...link} activeOptions={{ includeSearch: false, ...link.activeOptions }} className={styles.tab} activeProps={{ "aria-current": "page" }}>
          {text}
          {count !== undefined && count !== null && <span className={styles.count}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
