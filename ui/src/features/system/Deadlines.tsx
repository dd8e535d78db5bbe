import { Link } from "@tanstack/react-router";
import { AlarmClock } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Select } from "@/components/Fields";
import { Filters, LateSearch } from "@/components/Filters";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { Tooltip } from "@/components/Tooltip";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { asCount, asText, type ViewProps } from "@/lib/search";

import styles from "./System.module.css";
import { DAYS, type Deadline, useDeadlines } from "./useSystem";

const USUAL = 30;

/** Deadlines of runs and SLAs of tasks: those that were missed, and those that are still to come. */
export default function Deadlines({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("system");
  const q = asText(search.q);
  const days = asCount(search.days, 366) ?? USUAL;
  const { data, error, refetch } = useDeadlines(days);
  const fits = ({ dag_id: dag, name, task_id: task }: Deadline) => !q || [dag, name ?? "", task ?? ""].some((text) => text.toLowerCase().includes(q.toLowerCase()));
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  return (
    <>
      <Filters>
        <LateSearch label={t("deadlines.search")} value={q} onChange={(text) => onSearch({ q: text })} />
        <Select
          aria-label={t("deadlines.since")}
          choices={[...new Set([...DAYS, days])].sort((one, other) => one - other).map((count) => ({ value: String(count), label: t("deadlines.days", { count }) }))}
          value={String(days)}
          onChange={(event) => onSearch({ days: Number(event.target.value) === USUAL ? undefined : Number(event.target.value) })}
        />
      </Filters>
      <List title="missed" rows={data.missed.filter(fits)} />
      <List title="coming" rows={data.coming.filter(fits)} />
    </>
  );
}

function List({ title, rows }: { title: "missed" | "coming"; rows: readonly Deadline[] }) {
  const { t } = useTranslation("system");
  const columns = useColumns();
  return (
    <Card flush title={t(`deadlines.${title}`, { count: rows.length })}>
      <Table
        label={t(`deadlines.label.${title}`)}
        rows={rows}
        columns={columns}
        rowKey={(one) => String(one.id)}
        empty={<Empty icon={<AlarmClock />} title={t(`deadlines.none.${title}`)}>{title === "coming" && t("deadlines.howTo")}</Empty>}
      />
    </Card>
  );
}

function useColumns(): Column<Deadline>[] {
  const { t } = useTranslation("system");
  return [
    { key: "due", header: t("deadlines.due"), width: "12rem", cell: ({ deadline_time: at }) => <Due at={at} /> },
    { key: "kind", header: t("deadlines.kind"), cell: ({ kind }) => <Chip>{t(`deadlines.kinds.${kind}`)}</Chip> },
    { key: "what", header: t("deadlines.what"), cell: (one) => <What one={one} /> },
    { key: "name", header: t("deadlines.name"), wideOnly: true, cell: ({ name }) => name ?? <span className="muted">–</span> },
    { key: "state", header: t("deadlines.state"), cell: ({ run_state: state }) => <StateBadge state={state} /> },
    { key: "callback", header: t("deadlines.callback"), wideOnly: true, cell: ({ callback }) => <Callback path={callback} /> },
  ];
}

function Due({ at }: { at: string }) {
  return (
    <div className={styles.task}>
      <When at={at} />
      <span className={styles.about}>
        <When at={at} ago />
      </span>
    </div>
  );
}

/** The function's name; where it lives is in the tooltip. */
function Callback({ path }: { path: string | null }) {
  if (path === null) return <span className="muted">–</span>;
  return (
    <Tooltip text={path}>
      <code>{path.split(".").at(-1)}</code>
    </Tooltip>
  );
}

function What({ one: { dag_id: dagId, run_id: runId, task_id: taskId } }: { one: Deadline }) {
  return (
    <div className={styles.task}>
      {taskId === null ? (
        <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }}>
          {dagId}
        </Link>
      ) : (
        <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId }} search={{ map_index: -1 }}>
          {dagId} › {taskId}
        </Link>
      )}
      <span className={styles.about}>{runId}</span>
    </div>
  );
}
