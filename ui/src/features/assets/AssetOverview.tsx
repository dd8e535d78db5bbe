import { Link } from "@tanstack/react-router";
import { Eye } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Json } from "@/components/Json";
import { KeyValues } from "@/components/KeyValues";
import { When } from "@/components/When";

import { AssetEvents } from "./AssetEvents";
import styles from "./assets.module.css";
import { Queued } from "./Queued";
import { type Asset } from "./useAssets";

/** Who makes an asset, who uses it, what waits because of it, and its events. */
export function AssetOverview({ asset }: { asset: Asset }) {
  const { t } = useTranslation("assets");
  return (
    <>
      <div className={styles.halves}>
        <div className={styles.stack}>
          <Card title={t("makes.title")}>
            <Mentions none={t("makes.none")}>{asset.producing_tasks.map((task) => <TaskLink key={`${task.dag_id} ${task.task_id}`} {...task} word={t("makes.task")} />)}</Mentions>
            <Watchers asset={asset} />
          </Card>
          <Card title={t("uses.title")}>
            <Mentions none={t("uses.none")}>
              {[
                ...asset.scheduled_dags.map(({ dag_id }) => (
                  <li key={dag_id}>
                    <Link to="/dags/$dagId" params={{ dagId: dag_id }}>
                      {dag_id}
                    </Link>
                    <Chip>{t("uses.starts")}</Chip>
                  </li>
                )),
                ...asset.consuming_tasks.map((task) => <TaskLink key={`${task.dag_id} ${task.task_id}`} {...task} word={t("uses.reads")} />),
              ]}
            </Mentions>
          </Card>
          <Queued assetId={asset.id} />
        </div>
        <Card title={t("about.title")}>
          <KeyValues
            facts={[
              [t("name"), asset.name],
              [t("uri"), <code key="uri">{asset.uri}</code>],
              [t("group"), asset.group],
              [t("about.aliases"), asset.aliases.length > 0 ? asset.aliases.map((alias) => alias.name).join(", ") : null],
              [t("about.created"), <When key="created" at={asset.created_at} />],
              [t("about.changed"), <When key="changed" at={asset.updated_at} />],
              [t("about.id"), asset.id],
              [t("about.extra"), hasFacts(asset.extra) ? <Json key="extra" value={asset.extra} /> : null],
            ]}
          />
        </Card>
      </div>
      <AssetEvents assetId={asset.id} />
    </>
  );
}

function hasFacts(extra: unknown): boolean {
  return typeof extra === "object" && extra !== null && Object.keys(extra).length > 0;
}

function Mentions({ children, none }: { children: ReactNode[]; none: string }) {
  return children.length > 0 ? <ul className={styles.rows}>{children}</ul> : <p className="muted">{none}</p>;
}

function TaskLink({ dag_id: dagId, task_id: taskId, word }: { dag_id: string; task_id: string; word: string }) {
  return (
    <li>
      <span>
        <Link to="/dags/$dagId" params={{ dagId }}>
          {dagId}
        </Link>
        {" / "}
        <Link to="/dags/$dagId/graph" params={{ dagId }} search={{ task: taskId }}>
          {taskId}
        </Link>
      </span>
      <Chip>{word}</Chip>
    </li>
  );
}

/** What updates it from outside. */
function Watchers({ asset }: { asset: Asset }) {
  const { t } = useTranslation("assets");
  if (asset.watchers.length === 0) return null;
  return (
    <ul className={styles.rows}>
      {asset.watchers.map((watcher) => (
        <li key={`${watcher.name} ${watcher.trigger_id}`}>
          <span className={styles.run}>
            <Eye size={15} aria-hidden /> {watcher.name}
          </span>
          <Chip>{t("makes.watcher")}</Chip>
        </li>
      ))}
    </ul>
  );
}
