import { Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Crumbs } from "@/components/Crumbs";
import { Page } from "@/components/Page";
import { Failure } from "@/components/Say";
import { type Tab, Tabs } from "@/components/Tabs";
import { RunActions, RunSummary } from "@/features/run/RunHead";
import { useRun } from "@/features/run/useRun";
import { blocking } from "@/lib/failure";
import { OnDag } from "@/lib/me";

/** `/dags/…/runs/…`: what all views of one run have above them. */
export default function RunPage() {
  const { t } = useTranslation("run");
  const { dagId, runId } = useParams({ from: "/dags/$dagId/runs/$runId" });
  const { data: run, error, refetch } = useRun(dagId, runId);
  const params = { dagId, runId };
  const tabs: Tab[] = [
    { label: t("tabs.overview"), link: { to: "/dags/$dagId/runs/$runId", params, activeOptions: { exact: true } } },
    { label: t("tabs.tasks"), link: { to: "/dags/$dagId/runs/$runId/tasks", params, activeOptions: { exact: true } } },
    { label: t("tabs.graph"), link: { to: "/dags/$dagId/runs/$runId/graph", params } },
    { label: t("tabs.gantt"), link: { to: "/dags/$dagId/runs/$runId/gantt", params } },
    { label: t("tabs.compare"), link: { to: "/dags/$dagId/runs/$runId/compare", params } },
    { label: t("tabs.details"), link: { to: "/dags/$dagId/runs/$runId/details", params } },
    { label: t("tabs.events"), link: { to: "/dags/$dagId/runs/$runId/events", params } },
  ];
  const way = [
    { label: t("dags"), link: { to: "/dags" as const } },
    { label: run?.dag_display_name ?? dagId, link: { to: "/dags/$dagId" as const, params: { dagId } } },
  ];
  return (
    <OnDag dagId={dagId}>
      <Page
        title={runId}
        above={<Crumbs way={way} />}
        summary={run && <RunSummary run={run} />}
        actions={run && <RunActions run={run} />}
        tabs={<Tabs tabs={tabs} label={t("views")} />}
      >
        {blocking(error, run) ? <Failure error={error} retry={() => void refetch()} /> : <Outlet />}
      </Page>
    </OnDag>
  );
}
