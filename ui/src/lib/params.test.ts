import { describe, expect, it } from "vitest";

import { choicesOf, confOf, controlOf, type Param, paramsOf, problemOf, refusedParam, sections, Unparsed, valuesOf } from "./params";

function param(schema: object, value: unknown = null): Param {
  const [made] = paramsOf({ x: { value, schema } });
  if (!made) throw new Error("no param");
  return made;
}

describe("the control that fits", () => {
  it.each([
    [{ type: "string" }, "a", "text"],
    [{ type: ["null", "string"], format: "date" }, null, "date"],
    [{ type: "string", format: "date-time" }, null, "date-time"],
    [{ type: "string", format: "multiline" }, "", "multiline"],
    [{ type: "integer" }, 1, "number"],
    [{ type: "boolean" }, true, "boolean"],
    [{ enum: [1, 2] }, 1, "choice"],
    [{ type: "array", examples: ["a"] }, [], "choices"],
    [{ type: "array", items: { type: "string" } }, [], "lines"],
    [{ type: "array", items: { type: "object" } }, [], "json"],
    [{ type: "object" }, {}, "json"],
    [{ type: ["string", "object"] }, {}, "json"],
    [{}, 7, "number"],
    [{}, "a", "text"],
    [{}, { a: 1 }, "json"],
  ])("%j with %j has %s", (schema, value, control) => {
    expect(controlOf(schema, value)).toBe(control);
  });
});

describe("what is wrong with a value", () => {
  it.each([
    [{ type: "integer", minimum: 1 }, 0, "minimum"],
    [{ type: "integer", maximum: 5 }, 6, "maximum"],
    [{ type: "integer" }, 1.5, "integer"],
    [{ type: "number" }, "a", "number"],
    [{ type: "number", exclusiveMaximum: 1 }, 1, "below"],
    [{ type: "number", multipleOf: 0.1 }, 0.25, "multiple"],
    [{ type: "string", minLength: 3 }, "äö", "short"],
    [{ type: "string", pattern: "^a+$" }, "ab", "pattern"],
    [{ type: "string" }, null, "required"],
    [{ type: "string" }, "", "required"],
    [{ enum: ["a"] }, "b", "choice"],
    [{ type: "array", minItems: 1 }, [], "few"],
    [{ type: "object" }, [], "object"],
    [{ type: "object" }, new Unparsed("{"), "json"],
  ])("%j of %j: %s", (schema, value, key) => {
    expect(problemOf(param(schema), value)?.key).toBe(key);
  });

  it.each([
    [{ type: ["null", "string"], minLength: 3 }, null],
    [{ type: "number", multipleOf: 0.1 }, 0.3],
    [{ type: "string", pattern: "(" }, "left to the server"],
    [{ enum: [{ a: 1 }] }, { a: 1 }],
    [{}, "anything"],
  ])("%j takes %j", (schema, value) => {
    expect(problemOf(param(schema), value)).toBeNull();
  });
});

describe("a form", () => {
  it("has sections in the order of their first param, those without one first", () => {
    const params = paramsOf({ a: { schema: { section: "S" } }, b: 1, c: { schema: { section: "T" } }, d: { schema: { section: "S" } } });
    expect(sections(params).map(([name, list]) => [name, list.map((each) => each.name)])).toEqual([
      ["", ["b"]],
      ["S", ["a", "d"]],
      ["T", ["c"]],
    ]);
  });

  it("begins with an earlier conf over the defaults, and leaves open what must not be null", () => {
    const params = paramsOf({ must: { value: null, schema: { type: "string" } }, free: { value: null, schema: { type: ["null", "string"] } }, n: 1 });
    const values = valuesOf(params, { n: 2, other: true });
    expect(confOf(params, values)).toEqual({ free: null, n: 2, other: true });
  });

  it("shows choices in the author's words", () => {
    expect(choicesOf({ enum: ["a", null, 3], values_display: { a: "Apples", "3": "Three" } })).toEqual([
      { value: "a", label: "Apples" },
      { value: null, label: "–" },
      { value: 3, label: "Three" },
    ]);
  });

  it("finds the param that the server refused", () => {
    expect(refusedParam('Invalid input for param limit: 9 is greater than the maximum of 5 (value: 9; schema: {"maximum": 5}).')).toEqual({
      name: "limit",
      text: "9 is greater than the maximum of 5",
    });
    expect(refusedParam("Param 'must' has no default: give it in conf.")).toEqual({ name: "must", text: "has no default: give it in conf." });
    expect(refusedParam("DAG 'x' was not found.")).toBeNull();
  });
});
