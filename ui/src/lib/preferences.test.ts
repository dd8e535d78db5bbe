import { beforeEach, describe, expect, it } from "vitest";

import { defaults, keep, load } from "./preferences";

beforeEach(() => localStorage.clear());

describe("preferences", () => {
  it("are the defaults until something is chosen", () => {
    expect(load()).toEqual(defaults());
  });

  it("keep what was chosen, and nothing else", () => {
    keep({ theme: "dark" });
    keep({ zone: "UTC" });
    expect(load()).toEqual({ ...defaults(), theme: "dark", zone: "UTC" });
    expect(JSON.parse(localStorage.getItem("tradewind.preferences") ?? "")).toEqual({ theme: "dark", zone: "UTC" });
  });

  it("survive nonsense", () => {
    localStorage.setItem("tradewind.preferences", "{not json");
    expect(load()).toEqual(defaults());
  });
});
