import { expect, it } from "vitest";

import { blocking } from "./failure";

const refused = (status: number) => Object.assign(new Error("no"), { status });
const unreachable = new TypeError("Failed to fetch");

it("keeps what was read while the server cannot be reached", () => {
  for (const error of [unreachable, refused(503), refused(429), refused(401)]) {
    expect(blocking(error, [])).toBeNull();
    expect(blocking(error, undefined)).toBe(error);
  }
});

it("does not keep what is there no more, or not for us", () => {
  for (const error of [refused(404), refused(403)]) expect(blocking(error, [])).toBe(error);
});

it("is nothing without an error", () => {
  expect(blocking(null, undefined)).toBeNull();
});
