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
    show("running", waits({ code: "executor_limit", text: "executor 'k8s' has 0 of 4 slots free.", params: {} }));
    expect(await screen.findByText("executor 'k8s' has 0 of 4 slots free.")).toBeInTheDocument();
  });

  it.each([
    ["pool", { pool: "p", slots: 1, needs: 1 }, "Pool p has no room: it has 1 slot, and the task needs 1."],
    ["pool", { pool: "p", slots: 4, needs: 2 }, "Pool p has no room: it has 4 slots, and the task needs 2."],
    ["pool_missing", { pool: "p", slots: null, needs: 1 }, "Pool p does not exist: create it, or give the task another one."],
    ["pool_too_small", { pool: "p", slots: 2, needs: 3 }, "The task needs 3 slots, and pool p has 2 in all: give it more."],
    ["run_limit", { dag_id: "d", most: 4 }, "This run has as many tasks at work as it may: max_active_tasks is 4."],
    ["task_limit", { rule: "max_active_tis_per_dag", most: 2 }, "As many of its instances are at work as may be: max_active_tis_per_dag is 2."],
  ])("tells which limit is in the way: %s %j", async (code, params, words) => {
    show("running", waits({ code, text: "…", params }));
    expect(await screen.findByText((text) => text.trim() === words)).toBeInTheDocument();
  });

  it("tells of a run that goes on what failed in it", async () => {
    show("running", { ...waits({ code: "soon", text: "…", params: {} }), cause: { task_id: "bad", map_index: -1, try_number: 1, end_date: null, message: "boom" } });
    expect(await screen.findByText("boom")).toBeInTheDocument();
    expect(screen.getByText("What failed first")).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: "What it waits for" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "load" })).toBeInTheDocument();
  });

  it("leads from a failure to the log of what failed first", async () => {
    show("failed", { cause: { task_id: "load", map_index: 2, try_number: 3, end_date: null, message: "boom" }, log: [{ text: "last words", level: null }] });
    expect(await screen.findByText("boom")).toBeInTheDocument();
    expect(screen.getByText("last words")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "To its log" })).toHaveAttribute("href", "/dags/d/runs/r/tasks/load?map_index=2&try=3");
  });
});
