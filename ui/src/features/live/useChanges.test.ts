import { expect, it, vi } from "vitest";

import { type Change } from "@/lib/keys";

import { merged } from "./useChanges";

it("tells the first change at once and the others together, when what was told is done with", async () => {
  vi.useFakeTimers();
  const told: Change[] = [];
  let done: () => void = () => undefined;
  const change = merged((one) => {
    told.push(one);
    return new Promise<void>((go) => {
      done = go;
    });
  });
  change({ dags: ["a"] });
  change({ dags: ["b"] });
  change({ dags: ["c"], kinds: ["pools"] });
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual([{ dags: ["a"] }]); // it is still being asked
  done();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toHaveLength(2);
  expect(told[1]).toMatchObject({ dags: ["b", "c"], kinds: ["pools"] });
  vi.useRealTimers();
});
