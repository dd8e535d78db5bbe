import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { type ReactNode } from "react";
import { expect, it, vi } from "vitest";

import { useTrigger } from "./useTrigger";

const server = vi.hoisted(() => ({ sent: [] as string[], refuses: false }));

vi.mock("@/api/client", () => ({
  ApiError: class extends Error {},
  api: {
    POST: () => server.sent.push("run"),
    PATCH: () => {
      server.sent.push("unpause");
      if (server.refuses) throw new Error("refused");
    },
  },
  data: (answer: unknown) => Promise.resolve(answer),
}));

function trigger() {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useTrigger("d"), { wrapper });
  act(() => result.current.mutate({ body: {} as never, unpause: true }));
  return result;
}

it("unpauses first, so that a refusal leaves no run behind", async () => {
  const fine = trigger();
  await waitFor(() => expect(fine.current.isSuccess).toBe(true));
  expect(server.sent.splice(0)).toEqual(["unpause", "run"]);
  server.refuses = true;
  const refused = trigger();
  await waitFor(() => expect(refused.current.isError).toBe(true));
  expect(server.sent).toEqual(["unpause"]);
});
