import { expect, it } from "vitest";

import { healthOf } from "./health";
import type { Job } from "./useSystem";

const job = (id: number, state: string) => ({ id, state }) as Job;

it("knows a lost process from one that ended", () => {
  const alive = new Set([1]);
  expect([job(1, "running"), job(2, "running"), job(3, "success"), job(4, "failed")].map((one) => healthOf(one, alive))).toEqual(["healthy", "lost", "ended", "failed"]);
  expect(healthOf(job(1, "running"), undefined)).toBe("unknown");
});
