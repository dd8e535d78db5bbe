import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Copy } from "@/components/Copy";
import { KeyValues } from "@/components/KeyValues";
import { Skeleton } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";

import { type RunKey, useRun } from "./useRun";

/** All facts about a run. */
export function Details({ run: { dagId, runId } }: { run: RunKey }) {
  const { t } = useTranslation(["run", "common"]);
  const { data: run } = useRun(dagId, runId);
  if (!run) return <Skeleton lines={10} />;
  const versions = run.dag_versions.map((version) => (
    <Link key={version.id} to="/dags/$dagId/code" params={{ dagId }} search={{ version: version.version_number }}>
      {`v${version.version_number} `}
    </Link>
  ));
  return (
    <Card title={t("details.title")}>
      <KeyValues
        facts={[
          [t("details.runId"), <span key="id" className="mono">{run.dag_run_id} <Copy text={run.dag_run_id} /></span>],
          [t("details.dag"), <Link key="dag" to="/dags/$dagId" params={{ dagId }}>{run.dag_display_name}</Link>],
          [t("details.state"), <StateBadge key="state" state={run.state} />],
          [t("details.type"), t(`common:runType.${run.run_type}`)],
          [t("details.triggeredBy"), run.triggered_by],
          [t("details.user"), run.triggering_user_name],
          [t("details.logicalDate"), <When key="logical" at={run.logical_date} />],
          [t("details.runAfter"), <When key="after" at={run.run_after} />],
          [t("details.intervalStart"), <When key="from" at={run.data_interval_start} />],
          [t("details.intervalEnd"), <When key="to" at={run.data_interval_end} />],
          [t("details.queued"), <When key="queued" at={run.queued_at} />],
          [t("details.started"), <When key="started" at={run.start_date} />],
          [t("details.ended"), <When key="ended" at={run.end_date} />],
          [t("details.took"), run.start_date ? <Took key="took" start={run.start_date} end={run.end_date} /> : null],
          [t("details.decided"), <When key="decided" at={run.last_scheduling_decision} />],
          [t("details.versions"), versions.length > 0 ? versions : null],
          [t("details.bundle"), run.bundle_version],
          [t("details.partition"), run.partition_key],
          [t("details.partitionDate"), run.partition_date],
        ]}
      />
    </Card>
  );
}
