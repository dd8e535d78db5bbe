import { describe, expect, it } from "vitest";

import { jsonTrouble, read, write } from "./file";

describe("a file of variables", () => {
  it("is read with and without descriptions", () => {
    expect(read('{"a": "x", "b": {"value": [1], "description": "two"}, "c": {"value": 1, "unit": "kg"}}')).toEqual([
      { key: "a", value: "x" },
      { key: "b", value: [1], description: "two" },
      { key: "c", value: { value: 1, unit: "kg" } },
    ]);
  });

  it("says what is wrong with it", () => {
    expect(read("{")).toMatchObject({ why: "notJson" });
    expect(read("[1]")).toEqual({ why: "notObject" });
    expect(read("{}")).toEqual({ why: "empty" });
  });

  it("comes back as it was written", () => {
    const kept = [
      { key: "n", value: "12", description: null },
      { key: "l", value: "[1, 2]", description: "some" },
      { key: "t", value: "[not json", description: null },
    ];
    const { text, count, leftOut } = write(kept);
    expect([count, leftOut]).toEqual([3, 0]);
    expect(read(text)).toEqual([{ key: "n", value: "12" }, { key: "l", value: [1, 2], description: "some" }, { key: "t", value: "[not json" }]);
  });

  it("leaves out what is secret", () => {
    const some = [
      { key: "api_token", value: "***", description: null },
      { key: "conf", value: '{"password": "***"}', description: null },
      { key: "open", value: "yes", description: null },
    ];
    expect(write(some)).toMatchObject({ count: 1, leftOut: 2 });
    expect(write(some).text).not.toContain("***");
  });
});

it("warns only of text that looks like JSON and is none", () => {
  expect(jsonTrouble("plain")).toBeUndefined();
  expect(jsonTrouble('{"a": 1}')).toBeUndefined();
  expect(jsonTrouble('{"a": 1')).toBeTruthy();
});
