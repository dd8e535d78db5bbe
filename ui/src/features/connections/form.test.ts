import { describe, expect, it } from "vitest";

import { bodyOf, copyOf, draftOf, EMPTY, extraIn, type Kept, withKey } from "./form";

const KEPT: Kept = {
  connection_id: "shop_db",
  conn_type: "postgres",
  description: null,
  host: "db",
  schema: "shop",
  login: "ann",
  port: 5432,
  password: "***",
  extra: '{"sslmode": "require", "token": "***"}',
};

describe("what is sent of a connection", () => {
  it("leaves a password alone that was not touched", () => {
    expect(bodyOf(draftOf(KEPT))).not.toHaveProperty("password");
    expect(bodyOf({ ...draftOf(KEPT), password: "new" })).toMatchObject({ password: "new" });
    expect(bodyOf({ ...draftOf(KEPT), forget: true })).toMatchObject({ password: null });
  });

  it("is what is there, where nothing was changed", () => {
    const { extra, ...rest } = bodyOf(draftOf(KEPT)) ?? { extra: "" };
    expect(rest).toEqual({ connection_id: "shop_db", conn_type: "postgres", description: null, host: "db", schema: "shop", login: "ann", port: 5432 });
    expect(JSON.parse(extra ?? "")).toEqual({ sslmode: "require", token: "***" });
  });

  it("is nothing while something is wrong", () => {
    const good = { ...EMPTY, connection_id: "a" };
    expect(bodyOf(good)).toBeDefined();
    for (const wrong of [{ connection_id: " " }, { conn_type: "" }, { port: "70000" }, { port: "x" }, { extra: "[1]" }, { extra: "{" }]) expect(bodyOf({ ...good, ...wrong })).toBeUndefined();
  });
});

it("copies no secret", () => {
  const copy = copyOf({ ...KEPT, host: "https://ann:***@db" });
  expect(copy).toMatchObject({ connection_id: "shop_db_copy", host: "", password: "" });
  expect(extraIn(copy.extra).object).toEqual({ sslmode: "require" });
});

it("sets keys of the extra and takes them away", () => {
  expect(extraIn(withKey('{"a": 1}', "b", true)).object).toEqual({ a: 1, b: true });
  expect(withKey('{"a": 1}', "a", "")).toBe("");
});
