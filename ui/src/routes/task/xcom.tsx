import { XComs } from "@/features/task/XComs";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…/xcom`. */
export default function XComsPage() {
  const { of } = useTaskKey();
  return <XComs of={of} />;
}
