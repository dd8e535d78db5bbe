import { type ReactNode } from "react";

import { Card } from "@/components/Card";

import styles from "./Home.module.css";

/** A card with a list, or a word where there is nothing. */
export function ListCard({ title, nothing, children, more }: { title: string; nothing: string; children: readonly ReactNode[]; more?: ReactNode }) {
  return (
    <Card title={title} actions={more}>
      {children.length > 0 ? <ul className={styles.list}>{children}</ul> : <p className="muted">{nothing}</p>}
    </Card>
  );
}
