import { Outlet, useMatches, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Crumbs } from "@/components/Crumbs";
import { Page } from "@/components/Page";
import { Failure, Skeleton } from "@/components/Say";
import { type Tab, Tabs } from "@/components/Tabs";
import { type InstanceView } from "@/features/task/MappedInstances";
import { MappedActions, TaskActions, TaskSummary } from "@/features/task/TaskHead";
import { useTaskInstance } from "@/features/task/useTaskInstance";
import { blocking } from "@/lib/failure";
import { OnDag } from "@/lib/me";

import { ChooseInstance } from "./task/ChooseInstance";

/** `/dags/…/runs/…/tasks/…?map_index=`: what all views of one task instance have above them. */
export default function TaskPage() {
  const { t } = useTranslation("task");
  const params = useParams({ from: "/dags/$dagId/runs/$runId/tasks/$taskId" });
  const { map_index: mapIndex } = useSearch({ from: "/dags/$dagId/runs/$runId/tasks/$taskId" });
  const { dagId, runId, taskId } = params;
  const { data: task, error, refetch } = useTaskInstance({ dagId, runId, taskId, mapIndex });
  const tabs = useTabs(params, mapIndex, task === null || mapIndex >= 0);
  const way = [
    { label: t("dags"), link: { to: "/dags" as const } },
    { label: task?.dag_display_name ?? dagId, link: { to: "/dags/$dagId" as const, params: { dagId } } },
    { label: runId, link: { to: "/dags/$dagId/runs/$runId" as const, params: { dagId, runId } } },
    ...(mapIndex < 0 ? [] : [{ label: taskId, link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/mapped" as const, params, search: { map_index: -1 } } }]),
  ];
  return (
    <OnDag dagId={dagId}>
      <Page
        title={(task?.task_display_name ?? taskId) + (mapIndex < 0 ? "" : ` [${task?.rendered_map_index ?? mapIndex}]`)}
        above={<Crumbs way={way} />}
        summary={task && <TaskSummary task={task} />}
        actions={task ? <TaskActions task={task} /> : task === null && <MappedActions of={{ dagId, runId, taskId, mapIndex }} />}
        tabs={<Tabs tabs={tabs} label={t("views")} />}
      >
        {blocking(error, task) ? <Failure error={error} retry={() => void refetch()} /> : <View known={task !== undefined || mapIndex >= 0} mapped={task === null} />}
      </Page>
    </OnDag>
  );
}

function useTabs(params: { dagId: string; runId: string; taskId: string }, mapIndex: number, mapped: boolean): Tab[] {
  const { t } = useTranslation("task");
  const search = { map_index: mapIndex };
  return [
    { label: t("tabs.logs"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId", params, search, activeOptions: { exact: true, includeSearch: false } } },
    { label: t("tabs.details"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/details", params, search } },
    { label: t("tabs.rendered"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/rendered", params, search } },
    { label: t("tabs.xcom"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/xcom", params, search } },
    ...(mapped ? [{ label: t("tabs.mapped"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/mapped" as const, params, search } }] : []),
    { label: t("tabs.events"), link: { to: "/dags/$dagId/runs/$runId/tasks/$taskId/events", params, search } },
  ];
}

const OF_AN_INSTANCE: Readonly<Record<string, InstanceView>> = {
  "/dags/$dagId/runs/$runId/tasks/$taskId/": "logs",
  "/dags/$dagId/runs/$runId/tasks/$taskId/details": "details",
  "/dags/$dagId/runs/$runId/tasks/$taskId/rendered": "rendered",
  "/dags/$dagId/runs/$runId/tasks/$taskId/xcom": "xcom",
};

/** What the address asks for; of a mapped task as a whole, a choice of instances where only these have such a view. */
function View({ known, mapped }: { known: boolean; mapped: boolean }) {
  const last = useMatches({ select: (matches) => matches.at(-1)?.fullPath });
  const view = OF_AN_INSTANCE[last ?? ""];
  if (!known) return <Skeleton lines={10} />;
  return mapped && view ? <ChooseInstance view={view} /> : <Outlet />;
}
