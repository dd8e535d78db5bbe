import { expect, it } from "vitest";

import { fullness } from "./pools";

const POOL = { slots: 8, running: 2, queued: 1, deferred: 4 };

it("counts deferred tasks where they hold slots, and only there", () => {
  expect(fullness({ ...POOL, include_deferred: false })).toMatchObject({ taken: 3, total: 8, parts: [{ value: 2 }, { value: 1 }] });
  expect(fullness({ ...POOL, include_deferred: true })).toMatchObject({ taken: 7, total: 8, parts: [{ value: 2 }, { value: 1 }, { value: 4 }] });
});

it("is as wide as what is in it where there is no limit, or less room", () => {
  expect(fullness({ ...POOL, slots: -1, include_deferred: true }).total).toBe(7);
  expect(fullness({ ...POOL, slots: 1, include_deferred: false }).total).toBe(3);
});
