import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Code } from "@/components/Code";
import { Json } from "@/components/Json";
import { KeyValues } from "@/components/KeyValues";
import { When } from "@/components/When";
import { duration } from "@/lib/time";

import styles from "./Views.module.css";
import { type DagDetails } from "./useDag";

/** All facts about a DAG. */
export function Details({ dag }: { dag: DagDetails }) {
  const { t } = useTranslation("dag");
  const { t: words } = useTranslation();
  const zone = dag.timezone;
  const when = (at: string | null) => at && <When at={at} dagZone={zone} />;
  const flag = (on: boolean | null) => (on === null ? null : words(on ? "yes" : "no"));
  const version = dag.latest_dag_version;
  return (
    <div className={styles.columns}>
      <Card title={t("fact.schedule")}>
        <KeyValues
          facts={[
            [t("fact.timetable"), dag.timetable_summary],
            [t("fact.description"), dag.timetable_description],
            [t("fact.zone"), zone],
            [t("fact.start"), when(dag.start_date)],
            [t("fact.end"), when(dag.end_date)],
            [t("fact.catchup"), flag(dag.catchup)],
            [t("fact.nextLogical"), when(dag.next_dagrun_logical_date)],
            [t("fact.nextAfter"), when(dag.next_dagrun_run_after)],
            [t("fact.paused"), flag(dag.is_paused)],
            [t("fact.partitioned"), flag(dag.timetable_partitioned)],
            [t("fact.runTypes"), dag.allowed_run_types?.map((type) => words(`runType.${type}`)).join(", ") ?? words("all")],
          ]}
        />
      </Card>
      <Card title={t("fact.limits")}>
        <KeyValues
          facts={[
            [t("fact.activeRuns"), dag.max_active_runs],
            [t("fact.activeTasks"), dag.max_active_tasks],
            [t("fact.failedRuns"), dag.max_consecutive_failed_dag_runs || null],
            [t("fact.timeout"), dag.dag_run_timeout],
            [t("fact.runningNow"), dag.active_runs_count],
          ]}
        />
      </Card>
      <Card title={t("fact.source")}>
        <KeyValues
          facts={[
            [t("fact.id"), <code key="id">{dag.dag_id}</code>],
            [t("fact.text"), dag.description],
            [t("fact.file"), <Code key="file" text={dag.fileloc} wrap />],
            [t("fact.bundle"), [dag.bundle_name, dag.bundle_version].filter(Boolean).join(" · ") || null],
            [t("fact.version"), version && `${version.version_number} · ${version.id}`],
            [t("fact.parsed"), when(dag.last_parsed_time)],
            [t("fact.parseTook"), dag.last_parse_duration === null ? null : duration(dag.last_parse_duration)],
            [t("fact.owners"), dag.owners.join(", ")],
            [t("fact.tags"), dag.tags.map(({ name }) => name).join(", ") || null],
            [t("fact.native"), flag(dag.render_template_as_native_obj)],
            [t("fact.templates"), dag.template_search_path?.join(", ")],
          ]}
        />
      </Card>
      <Card title={t("fact.params")}>{dag.params && Object.keys(dag.params).length > 0 ? <Json value={dag.params} depth={1} /> : <p className="muted">{words("none")}</p>}</Card>
      <Card title={t("fact.defaults")}>{dag.default_args && Object.keys(dag.default_args).length > 0 ? <Json value={dag.default_args} /> : <p className="muted">{words("none")}</p>}</Card>
      {dag.asset_expression && (
        <Card title={t("fact.assets")}>
          <Json value={dag.asset_expression} depth={4} />
        </Card>
      )}
    </div>
  );
}
