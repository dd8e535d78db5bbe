import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { StateDot } from "@/components/StateBadge";
import { When } from "@/components/When";
import { asState } from "@/lib/states";

import styles from "./CodeView.module.css";
import { useRunsOf, type Version } from "./useVersions";

/** When a version came, from where, and which runs used it. */
export function About({ dagId, version, zone }: { dagId: string; version: Version; zone: string | undefined }) {
  const { t } = useTranslation("code");
  const { data: runs } = useRunsOf(dagId, version.version_number);
  const link = /^https?:\/\//i.test(version.bundle_url ?? "") ? version.bundle_url : null;
  const revision = version.bundle_version && <span className="mono">{version.bundle_version}</span>;
  return (
    <Card title={t("version", { version: version.version_number })}>
      <dl className={styles.facts}>
        <dt>{t("since")}</dt>
        <dd>
          <When at={version.created_at} dagZone={zone} />
        </dd>
        {version.bundle_name && (
          <>
            <dt>{t("bundle")}</dt>
            <dd>{version.bundle_name}</dd>
          </>
        )}
        {(revision ?? link) && (
          <>
            <dt>{t("revision")}</dt>
            <dd>{link ? <a href={link} target="_blank" rel="noreferrer noopener">{revision ?? link}</a> : revision}</dd>
          </>
        )}
        <dt>{t("usedBy")}</dt>
        <dd>{runs && t("runs", { count: runs.total_entries ?? 0 })}</dd>
      </dl>
      <ul className={styles.runs}>
        {runs?.dag_runs.map(({ dag_run_id: runId, state }) => (
          <li key={runId}>
            <StateDot state={state} label={t(`common:state.${asState(state)}`)} />
            <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }}>
              {runId}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
