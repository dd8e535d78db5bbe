import { expect, it } from "vitest";

import { nameOf, shownIn } from "./names";

it("finds in an address the XCom that was put there, and none in what somebody typed", () => {
  const name = { dag: "d", run: "r", task: "t", mapIndex: -1, key: "a/b" };
  expect(nameOf(shownIn(name))).toEqual(name);
  for (const typed of [undefined, [], ["d", "r", "t", "-1"], ["d", "r", "t", "x", "k"]]) expect(nameOf(typed)).toBeUndefined();
});
