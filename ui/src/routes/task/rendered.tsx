import { Skeleton } from "@/components/Say";
import { Rendered } from "@/features/task/Rendered";
import { useTaskInstance } from "@/features/task/useTaskInstance";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…/rendered`. */
export default function RenderedPage() {
  const { of } = useTaskKey();
  const { data: task } = useTaskInstance(of);
  return task ? <Rendered task={task} /> : <Skeleton lines={10} />;
}
