import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { api, ApiError } from "@/api/client";
import { Toasts } from "@/components/Toasts";

import { AnswerForm, kindly } from "./AnswerForm";
import { type Question } from "./useActions";

const PATIENCE = { timeout: 15_000 };
vi.setConfig({ testTimeout: 30_000 });

const QUESTION = {
  subject: "Release?",
  options: ["Approve", "Reject"],
  multiple: false,
  defaults: null,
  params: {},
  task_instance: { dag_id: "d", dag_run_id: "r", task_id: "t", map_index: -1 },
} as unknown as Question;

function shown(question: Question) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <Toasts>
        <AnswerForm question={question} />
      </Toasts>
    </QueryClientProvider>,
  );
}

const asked: unknown[] = [];
function serverSays() {
  asked.length = 0;
  vi.spyOn(api, "PATCH").mockImplementation((_path, ...rest: unknown[]) => {
    asked.push((rest[0] as { body: unknown }).body);
    return Promise.resolve({ data: {} }) as never;
  });
}

it("asks once more before it sends what was chosen", async () => {
  serverSays();
  shown(QUESTION);
  await userEvent.click(screen.getByRole("button", { name: "Reject" }));
  expect(asked).toEqual([]);
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("Your answer: Reject");
  await userEvent.click(within(dialog).getByRole("button", { name: "Send this answer" }));
  await waitFor(() => expect(asked).toEqual([{ chosen_options: ["Reject"], params_input: {} }]), PATIENCE);
});

it("tells kindly of an answer that came too late, and of other refusals as they are", () => {
  const words = ({ why }: { why: string }) => `Too late. ${why}`;
  expect(kindly(new ApiError(409, "Conflict", "It was answered already."), words).message).toBe("Too late. It was answered already.");
  expect(kindly(new ApiError(403, "Forbidden", "Not yours."), words).message).toBe("Not yours.");
});

it("lets several be ticked where several may be chosen", async () => {
  serverSays();
  shown({ ...QUESTION, multiple: true, options: ["eu", "us", "asia"], defaults: ["eu"] });
  await userEvent.click(screen.getByRole("checkbox", { name: "asia" }));
  await userEvent.click(screen.getByRole("button", { name: "Answer" }));
  await userEvent.click(screen.getByRole("button", { name: "Send this answer" }));
  await waitFor(() => expect(asked[0]).toEqual({ chosen_options: ["eu", "asia"], params_input: {} }), PATIENCE);
});
