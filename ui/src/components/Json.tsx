import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Json.module.css";

const FIRST = 100;

/** A JSON value as a tree that folds. Long lists show their first hundred until asked for more. */
export function Json({ value, depth = 2 }: { value: unknown; depth?: number }) {
  return (
    <div className={styles.json}>
      <Node value={value} open={depth} />
    </div>
  );
}

function Node({ name, value, open }: { name?: string; value: unknown; open: number }) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className={styles.leaf}>
        {name !== undefined && <span className={styles.name}>{name}: </span>}
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch name={name} value={value} open={open} />;
}

function Branch({ name, value, open: depth }: { name: string | undefined; value: object; open: number }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(depth > 0);
  const [shown, setShown] = useState(FIRST);
  const list = Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(value);
  return (
    <div>
      <button type="button" className={styles.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight aria-hidden />
        {name !== undefined && <span className={styles.name}>{name}: </span>}
        <span className={styles.size}>{list ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </button>
      {open && (
        <div className={styles.inner}>
          {entries.slice(0, shown).map(([key, item]) => (
            <Node key={key} name={key} value={item} open={depth - 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className={styles.more} onClick={() => setShown(shown + 1000)}>
              {t("more", { count: entries.length - shown })}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const kind = value === null ? "null" : typeof value;
  return <span data-kind={kind}>{JSON.stringify(value)}</span>;
}
