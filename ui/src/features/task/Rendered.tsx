import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Code } from "@/components/Code";
import { Json } from "@/components/Json";
import { Empty } from "@/components/Say";

import styles from "./task.module.css";
import { type TaskInstance } from "./useTaskInstance";

/** The templates of a task with the values that they had. */
export function Rendered({ task }: { task: TaskInstance }) {
  const { t } = useTranslation("task");
  const fields = Object.entries(task.rendered_fields);
  if (fields.length === 0) return <Empty title={t("rendered.none")}>{t("rendered.noneText")}</Empty>;
  return (
    <div className={styles.stack}>
      {fields.map(([name, value]) => (
        <Card key={name} title={<span className={styles.mono}>{name}</span>}>
          <Value value={value} />
        </Card>
      ))}
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  const inner = typeof value === "string" ? structure(value) : value;
  if (typeof inner === "object" && inner !== null) return <Json value={inner} />;
  return <Code text={typeof inner === "string" ? inner : JSON.stringify(inner)} wrap height="30rem" />;
}

/** A list or an object that was written as JSON text; other text as it is. */
export function structure(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
