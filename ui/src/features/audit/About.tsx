import { Link } from "@tanstack/react-router";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "@/components/Dialog";
import { Json } from "@/components/Json";
import { KeyValues } from "@/components/KeyValues";
import { When } from "@/components/When";

import styles from "./Audit.module.css";
import { type Extra, extraOf } from "./entry";
import type { Entry } from "./useAudit";

/** One entry: what it is about, and what was changed from what to what. */
export function About({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useTranslation("audit");
  const { address, fields, rest } = extraOf(entry.extra);
  return (
    <Dialog open onClose={onClose} title={entry.event} wide={fields.length > 0}>
      <KeyValues
        facts={[
          [t("when"), <When key="when" at={entry.when} />],
          [t("who"), entry.owner],
          [t("address"), address],
          ...linked(entry).map(([name, value]) => [t(name), value] as const),
        ]}
      />
      {fields.length > 0 && <Changes fields={fields} />}
      {rest !== undefined && (
        <section>
          <h3>{t("extra")}</h3>
          <Json value={rest} />
        </section>
      )}
    </Dialog>
  );
}

/** DAG, run and task, as far as they are named, each with its page. */
function linked({ dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex }: Entry): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [];
  if (dagId !== null) facts.push(["dag", <Link key="dag" to="/dags/$dagId" params={{ dagId }}>{dagId}</Link>]); // prettier-ignore
  if (dagId !== null && runId !== null) facts.push(["run", <Link key="run" to="/dags/$dagId/runs/$runId" params={{ dagId, runId }}>{runId}</Link>]); // prettier-ignore
  if (taskId !== null) {
    const name = mapIndex !== null && mapIndex >= 0 ? `${taskId} [${mapIndex}]` : taskId;
    const link = dagId !== null && runId !== null && (
      <Link key="task" to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId }} search={{ map_index: mapIndex ?? -1 }}>
        {name}
      </Link>
    );
    facts.push(["task", link || name]);
  }
  return facts;
}

function Changes({ fields }: { fields: Extra["fields"] }) {
  const { t } = useTranslation("audit");
  return (
    <section>
      <h3>{t("changes")}</h3>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too */}
      <div className={styles.changes} tabIndex={0} role="group" aria-label={t("changes")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("field")}</th>
              <th scope="col">{t("before")}</th>
              <th scope="col">{t("after")}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, before, after, changed }) => (
              <tr key={name} data-changed={changed || undefined}>
                <th scope="row">{name}</th>
                <td className={styles.before}>{shown(before)}</td>
                <td className={styles.after}>{shown(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Longer values than this take several lines. */
const SHORT = 60;

function shown(value: unknown): string {
  if (value === undefined) return "–";
  if (typeof value === "string") return value;
  const line = JSON.stringify(value);
  return line.length > SHORT ? JSON.stringify(value, null, 1) : line;
}
