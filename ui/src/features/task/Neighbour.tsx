import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, data } from "@/api/client";
import { Tooltip } from "@/components/Tooltip";
import { keys } from "@/lib/keys";

import styles from "./task.module.css";
import { type TaskInstance } from "./useTaskInstance";

/** To the same task in the run before or after. */
export function Neighbour({ task, which, icon }: { task: TaskInstance; which: "before" | "after"; icon: ReactNode }) {
  const { t } = useTranslation("task");
  const { dag_id: dagId, run_after: at } = task;
  const { data: runId } = useQuery({
    queryKey: keys.dag(dagId, "neighbour", which, at),
    queryFn: async () => {
      const side = which === "before" ? { run_after_lt: at, order_by: ["-run_after"] } : { run_after_gt: at, order_by: ["run_after"] };
      const found = await data(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId }, query: { limit: 1, ...side } } }));
      return found.dag_runs[0]?.dag_run_id ?? null;
    },
  });
  if (!runId) return null;
  return (
    <Tooltip text={t(`neighbour.${which}`)}>
      <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: task.task_id }} search={{ map_index: task.map_index }} className={styles.neighbour} aria-label={t(`neighbour.${which}`)}>
        {icon}
      </Link>
    </Tooltip>
  );
}
