import { expect, it } from "vitest";

import { logSearch } from "./search";

it("reads what is shown of a log, and leaves out what does not fit", () => {
  expect(logSearch({ level: ["error", "odd", 3], source: ["", "task"], line: 0, q: 12, times: false })).toEqual({
    level: ["error"],
    source: ["", "task"],
    line: 0,
    q: "12",
    times: false,
  });
  expect(logSearch({ level: "error", source: "task" })).toEqual({ level: ["error"], source: ["task"] });
  expect(logSearch({ level: { a: 1 }, source: 4, line: -1, try: "x", wrap: "yes", times: 0 })).toEqual({});
});
