import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Crumbs } from "@/components/Crumbs";
import { Page } from "@/components/Page";
import { Failure } from "@/components/Say";
import { type Tab, Tabs } from "@/components/Tabs";
import { DagSummary } from "@/features/dag/DagHead";
import { useDag } from "@/features/dag/useDag";
import { DagActions } from "@/features/dags/DagActions";
import { TriggerDialog } from "@/features/trigger/TriggerDialog";
import { blocking } from "@/lib/failure";
import { OnDag } from "@/lib/me";

/** `/dags/…`: what all views of one DAG have above them. */
export default function DagPage() {
  const { t } = useTranslation("dag");
  const { dagId } = useParams({ from: "/dags/$dagId" });
  const { data: dag, error, refetch } = useDag(dagId);
  const { trigger } = useSearch({ from: "/dags/$dagId" });
  const navigate = useNavigate();
  const setTrigger = (next: true | undefined) => void navigate({ to: ".", search: (old) => ({ ...old, trigger: next }), replace: next === undefined });
  const params = { dagId };
  const tabs: Tab[] = [
    { label: t("tabs.overview"), link: { to: "/dags/$dagId", params, activeOptions: { exact: true } } },
    { label: t("tabs.grid"), link: { to: "/dags/$dagId/grid", params } },
    { label: t("tabs.graph"), link: { to: "/dags/$dagId/graph", params } },
    { label: t("tabs.gantt"), link: { to: "/dags/$dagId/gantt", params } },
    { label: t("tabs.calendar"), link: { to: "/dags/$dagId/calendar", params } },
    { label: t("tabs.trends"), link: { to: "/dags/$dagId/trends", params } },
    { label: t("tabs.runs"), link: { to: "/dags/$dagId/runs", params } },
    { label: t("tabs.tasks"), link: { to: "/dags/$dagId/tasks", params } },
    { label: t("tabs.backfills"), link: { to: "/dags/$dagId/backfills", params } },
    { label: t("tabs.code"), link: { to: "/dags/$dagId/code", params } },
    { label: t("tabs.details"), link: { to: "/dags/$dagId/details", params } },
    { label: t("tabs.events"), link: { to: "/dags/$dagId/events", params } },
  ];
  return (
    <OnDag dagId={dagId}>
      <Page
        title={dag?.dag_display_name ?? dagId}
        above={<Crumbs way={[{ label: t("dags"), link: { to: "/dags" } }]} />}
        summary={dag && <DagSummary dag={dag} />}
        actions={dag && <DagActions dag={dag} onTrigger={() => setTrigger(true)} />}
        tabs={<Tabs tabs={tabs} label={t("views")} />}
      >
        {blocking(error, dag) ? <Failure error={error} retry={() => void refetch()} /> : <Outlet />}
        {dag && trigger !== undefined && <TriggerDialog key={String(trigger)} dag={dag} again={trigger === true ? undefined : trigger} onClose={() => setTrigger(undefined)} />}
      </Page>
    </OnDag>
  );
}
