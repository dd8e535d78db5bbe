import { expect, it } from "vitest";

import { asParams, wrong } from "./params";

it("takes what is whole and leaves out what is blank", () => {
  const rows = [{ param: " branch ", pointer: "/ref" }, { param: "", pointer: " " }, { param: "id", pointer: "/commits/0/id" }];
  expect(asParams(rows)).toEqual({ branch: "/ref", id: "/commits/0/id" });
  expect(rows.some(wrong)).toBe(false);
});

it.each([
  ["", "/ref"],
  ["branch", ""],
  ["branch", "ref"],
  ["branch", "/a~b"],
])("says that %j from %j is wrong", (param, pointer) => expect(wrong({ param, pointer })).toBe(true));
