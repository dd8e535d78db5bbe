import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Filters, LateSearch } from "@/components/Filters";
import { Meter } from "@/components/Meter";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { fullness } from "@/lib/pools";
import { asText, type ViewProps } from "@/lib/search";

import styles from "./System.module.css";
import { type Attempt, useWorkers, type Workers as Found } from "./useSystem";

/** Where tasks run, and which; it changes while one looks. */
export default function Workers({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("system");
  const q = asText(search.q);
  const host = asText(search.host);
  const { data, error, refetch } = useWorkers();
  const columns = useColumns();
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  const fits = (one: Attempt) => (!host || one.hostname === host) && (!q || [one.dag_id, one.task_id, one.run_id, one.pool, one.queue ?? ""].some((text) => text.toLowerCase().includes(q.toLowerCase())));
  const shown = data.attempts.filter(fits);
  return (
    <>
      <div className={styles.cards}>
        <Hosts data={data} host={host} onHost={(name) => onSearch({ host: name })} />
        <Queues data={data} />
        {data.pools.length > 0 && <Pools data={data} />}
      </div>
      <Filters>
        <LateSearch label={t("workers.search")} value={q} onChange={(text) => onSearch({ q: text })} />
      </Filters>
      <Card flush title={t("workers.running", { count: data.running })}>
        <Table
          label={t("workers.label")}
          rows={shown}
          columns={columns}
          rowKey={(one) => `${one.dag_id} ${one.run_id} ${one.task_id} ${one.map_index}`}
          empty={<Empty icon={<Cpu />} title={t(data.running > 0 ? "workers.noneFits" : "workers.idle")}>{data.running === 0 && t("workers.idleText")}</Empty>}
        />
        {data.running > data.attempts.length && <p className={styles.note}>{t("workers.newest", { count: data.attempts.length })}</p>}
      </Card>
    </>
  );
}

function useColumns(): Column<Attempt>[] {
  const { t } = useTranslation("system");
  return [
    { key: "task", header: t("workers.task"), cell: (one) => <Task one={one} /> },
    { key: "host", header: t("workers.host"), cell: (one) => one.hostname ?? <span className="muted">–</span> },
    { key: "queue", header: t("workers.queue"), wideOnly: true, cell: (one) => one.queue ?? "default" },
    { key: "pool", header: t("workers.pool"), wideOnly: true, cell: (one) => (one.pool_slots > 1 ? `${one.pool} (${one.pool_slots})` : one.pool) },
    { key: "try", header: t("workers.try"), right: true, wideOnly: true, cell: (one) => <span className="num">{one.try_number}</span> },
    { key: "pid", header: t("workers.pid"), right: true, wideOnly: true, cell: (one) => <span className="num">{one.pid ?? "–"}</span> },
    { key: "since", header: t("workers.since"), wideOnly: true, cell: (one) => <When at={one.start_date} /> },
    { key: "took", header: t("workers.took"), right: true, cell: (one) => <Took start={one.start_date} end={null} /> },
  ];
}

function Task({ one: { dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex } }: { one: Attempt }) {
  return (
    <div className={styles.task}>
      <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId }} search={{ map_index: mapIndex }}>
        {mapIndex >= 0 ? `${taskId} [${mapIndex}]` : taskId}
      </Link>
      <span className={styles.about}>
        {dagId} › {runId}
      </span>
    </div>
  );
}

function Hosts({ data: { hosts }, host, onHost }: { data: Found; host: string | undefined; onHost: (host: string | undefined) => void }) {
  const { t } = useTranslation("system");
  return (
    <Card title={t("workers.hosts")}>
      {hosts.length === 0 && <p className="muted">{t("workers.noHosts")}</p>}
      <ul className={styles.list}>
        {hosts.map(({ hostname, running, queues }) => (
          <li key={hostname}>
            <Chip on={host === hostname} onClick={() => onHost(host === hostname ? undefined : hostname)}>
              {hostname}
            </Chip>
            <span className={styles.side}>
              {t("workers.runs", { count: running })} · {queues.join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Queues({ data: { queues } }: { data: Found }) {
  const { t } = useTranslation("system");
  return (
    <Card title={t("workers.queues")}>
      {queues.length === 0 && <p className="muted">{t("workers.noQueues")}</p>}
      <ul className={styles.list}>
        {queues.map(({ name, queued, running }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span className={styles.side}>{t("workers.inQueue", { running, queued })}</span>
            <Meter label={`${name}: ${t("workers.inQueue", { running, queued })}`} total={running + queued} parts={[{ state: "running", value: running }, { state: "queued", value: queued }]} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Pools({ data: { pools } }: { data: Found }) {
  const { t } = useTranslation("system");
  return (
    <Card title={t("workers.pools")} actions={<Link to="/admin/$page" params={{ page: "pools" }}>{t("workers.allPools")}</Link>}>
      <ul className={styles.list}>
        {pools.map((pool) => {
          const { name, slots } = pool;
          const { taken, total, parts } = fullness(pool);
          const words = t("workers.inPool", { taken, slots: slots < 0 ? "∞" : slots });
          return (
            <li key={name}>
              <strong>{name}</strong>
              <span className={styles.side}>{words}</span>
              <Meter label={`${name}: ${words}`} total={total} parts={parts} />
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
