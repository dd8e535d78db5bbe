import { MappedInstances } from "@/features/task/MappedInstances";

import { useTaskKey } from "./useTaskKey";

/** `/dags/…/tasks/…/mapped`: all instances of a mapped task. */
export default function MappedPage() {
  const { of, search, change } = useTaskKey();
  const states = Array.isArray(search.state) ? search.state.map(String) : [];
  return <MappedInstances of={of} states={states} order={typeof search.order === "string" ? search.order : "map_index"} onChange={change} />;
}
