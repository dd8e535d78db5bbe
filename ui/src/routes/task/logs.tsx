import { useMemo } from "react";

import { Skeleton } from "@/components/Say";
import { LogView } from "@/features/log/LogView";
import { logSearch } from "@/features/log/search";
import { useTaskInstance } from "@/features/task/useTaskInstance";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…`: the log. */
export default function LogsPage() {
  const { of, search, change } = useTaskKey();
  const { data: task } = useTaskInstance(of);
  const shown = useMemo(() => logSearch(search), [search]);
  if (!task) return <Skeleton lines={10} />;
  return <LogView of={of} tries={task.try_number} state={task.state} search={shown} onSearch={change} />;
}
