import { MappedInstances } from "@/features/task/MappedInstances";

import { useInstances } from "./useTaskKey";

/** `/dags/…/tasks/…/mapped`: all instances of a mapped task. */
export default function MappedPage() {
  return <MappedInstances {...useInstances()} />;
}
