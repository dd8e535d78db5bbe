import { Skeleton } from "@/components/Say";
import { TaskDetails } from "@/features/task/TaskDetails";
import { useTaskInstance } from "@/features/task/useTaskInstance";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…/details`. */
export default function TaskDetailsPage() {
  const { of } = useTaskKey();
  const { data: task } = useTaskInstance(of);
  return task ? <TaskDetails task={task} of={of} /> : <Skeleton lines={10} />;
}
