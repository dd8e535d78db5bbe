import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import { type TaskKey } from "@/features/task/useTaskInstance";

const FROM = "/dags/$dagId/runs/$runId/tasks/$taskId";

/** Which task instance the address names, what else it says, and how to change that. */
export function useTaskKey() {
  const params = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate();
  const change = useCallback((some: Record<string, unknown>) => void navigate({ to: ".", search: (old) => ({ ...old, ...some }), replace: true }), [navigate]);
  const of: TaskKey = { ...params, mapIndex: search.map_index };
  return { of, search, change };
}

/** Which instances of a mapped task the address asks for. */
export function useInstances() {
  const { of, search, change } = useTaskKey();
  const states = Array.isArray(search.state) ? search.state.map(String) : [];
  return { of, states, order: typeof search.order === "string" ? search.order : "map_index", onChange: change };
}
