import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import { Json } from "./Json";
import { Records, recordsOf } from "./Records";
import styles from "./Value.module.css";

/** A JSON value: a list of like objects as a table, or as the tree that it is; others as a tree. */
export function Value({ value }: { value: unknown }) {
  const { t } = useTranslation();
  const records = recordsOf(value);
  const [tree, setTree] = useState(false);
  if (!records) return <Json value={value} />;
  return (
    <div className={styles.value}>
      <div className={styles.ways}>
        <Button small aria-pressed={!tree} kind={tree ? "ghost" : "default"} onClick={() => setTree(false)}>
          {t("value.table")}
        </Button>
        <Button small aria-pressed={tree} kind={tree ? "default" : "ghost"} onClick={() => setTree(true)}>
          {t("value.tree")}
        </Button>
      </div>
      {tree ? <Json value={value} /> : <Records records={records} />}
    </div>
  );
}
