import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";

import { useRunsOfDay } from "./useCalendar";

/** The runs of the day that was chosen. */
export function DayRuns({ dagId, day, zone }: { dagId: string; day: string; zone: string }) {
  const { t } = useTranslation("calendar");
  const { data, error, refetch, isPending } = useRunsOfDay(dagId, day, zone);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("runsOf", { day, count: data?.total_entries ?? 0 })}>
      <Table
        label={t("runsOf", { day, count: data?.total_entries ?? 0 })}
        rows={data?.dag_runs ?? []}
        rowKey={(run) => run.dag_run_id}
        loading={isPending}
        empty={<Empty title={t("noRuns")} />}
        columns={[
          { key: "state", header: t("state"), width: "9rem", cell: (run) => <StateBadge state={run.state} /> },
          {
            key: "run",
            header: t("run"),
            cell: (run) => (
              <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId: run.dag_run_id }}>
                {run.dag_run_id}
              </Link>
            ),
          },
          { key: "type", header: t("type"), wideOnly: true, cell: (run) => t(`common:runType.${run.run_type}`) },
          { key: "after", header: t("runAfter"), cell: (run) => <When at={run.run_after} dagZone={zone} /> },
          { key: "took", header: t("took"), right: true, cell: (run) => (run.start_date ? <Took start={run.start_date} end={run.end_date} /> : "–") },
        ]}
      />
    </Card>
  );
}
