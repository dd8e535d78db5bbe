import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Meter } from "@/components/Meter";
import { fullness } from "@/lib/pools";

import { ListCard } from "./ListCard";
import styles from "./Home.module.css";
import { type HomeData } from "./useHome";

/** Pools, and how full each is. */
export function Pools({ pools }: { pools: HomeData["pools"] }) {
  const { t } = useTranslation("home");
  return (
    <ListCard title={t("pools")} nothing={t("nothing.pools")} more={<Link to="/admin/$page" params={{ page: "pools" }}>{t("all")}</Link>}>
      {pools.map((pool) => {
        const { taken, total, parts } = fullness(pool);
        const label = t("slots", { taken, slots: pool.slots < 0 ? "∞" : pool.slots, queued: pool.queued });
        return (
          <li key={pool.name} className={styles.room}>
            <span className={styles.name}>{pool.name}</span>
            <span className={styles.side}>{label}</span>
            <Meter label={`${pool.name}: ${label}`} total={total} parts={parts} />
          </li>
        );
      })}
    </ListCard>
  );
}

/** Queues of the executors, and the machines that empty them. */
export function Queues({ queues, hosts }: { queues: HomeData["queues"]; hosts: HomeData["hosts"] }) {
  const { t } = useTranslation("home");
  const rows = [
    ...queues.map((queue) => ({ key: `queue ${queue.name}`, name: queue.name, words: t("queue", { queued: queue.queued, running: queue.running }) })),
    ...hosts.map((host) => ({ key: `host ${host.hostname}`, name: host.hostname, words: t("host", { count: host.running }) })),
  ];
  return (
    <ListCard title={t("queues")} nothing={t("nothing.queues")}>
      {rows.map(({ key, name, words }) => (
        <li key={key} className={styles.room}>
          <span className={styles.name}>{name}</span>
          <span className={styles.side}>{words}</span>
        </li>
      ))}
    </ListCard>
  );
}
