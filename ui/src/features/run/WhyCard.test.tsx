import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { keys } from "@/lib/keys";

import { type Run } from "./useRun";
import { WhyCard } from "./WhyCard";

const run = (state: Run["state"]) => ({ dag_id: "d", dag_run_id: "r", state }) as Run;
const nothing = { dag_id: "d", run_id: "r", state: "running", reasons: [], reason: null, waiting: [], more: 0, cause: null, log: [] };

function show(state: Run["state"], why: object) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.run("d", "r", "why"), { ...nothing, ...why });
  const root = createRootRoute({ component: () => <WhyCard run={run(state)} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

describe("why a run is not done", () => {
  beforeEach(() => {
    window.scrollTo = () => undefined;
  });
  const waits = (reason: object) => ({ waiting: [{ task_id: "load", map_index: -1, state: null, count: 1, due: null, reasons: [reason] }] });

  it("names the rule and what holds it", async () => {
    show("running", waits({ code: "trigger_rule", text: "…", params: { rule: "all_success", upstream: [{ task_id: "a", states: ["running"] }, { task_id: "b", states: [null] }] } }));
    expect(await screen.findByText("Trigger rule all_success: a is running, b is not begun")).toBeInTheDocument();
  });

  it("says in the server's words what it has none for", async () => {
    show("running", waits({ code: "dag_limit", text: "max_active_tasks of d is 4 and 4 are at work.", params: {} }));
    expect(await screen.findByText("max_active_tasks of d is 4 and 4 are at work.")).toBeInTheDocument();
  });

  it("leads from a failure to the log of what failed first", async () => {
    show("failed", { cause: { task_id: "load", map_index: 2, try_number: 3, end_date: null, message: "boom" }, log: [{ text: "last words", level: null }] });
    expect(await screen.findByText("boom")).toBeInTheDocument();
    expect(screen.getByText("last words")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "To its log" })).toHaveAttribute("href", "/dags/d/runs/r/tasks/load?map_index=2&try=3");
  });
});
