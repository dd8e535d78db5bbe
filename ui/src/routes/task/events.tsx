import { TaskEvents } from "@/features/task/TaskEvents";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…/events`. */
export default function TaskEventsPage() {
  const { of } = useTaskKey();
  return <TaskEvents of={of} />;
}
