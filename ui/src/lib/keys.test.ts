import { describe, expect, it } from "vitest";

import { concerns, keys } from "./keys";

const run = keys.run("d", "r", "tasks");
const dag = keys.dag("d", "details");

describe("what a change makes old", () => {
  it("is the run that is named, its DAG and the lists, and no other run", () => {
    const change = { runs: [["d", "r"]] as const };
    expect(concerns(change, run)).toBe(true);
    expect(concerns(change, dag)).toBe(true);
    expect(concerns(change, keys.all("dags"))).toBe(true);
    expect(concerns(change, keys.run("d", "other"))).toBe(false);
    expect(concerns(change, keys.dag("other"))).toBe(false);
    expect(concerns(change, keys.all("pools"))).toBe(true);
    expect(concerns(change, keys.all("assets"))).toBe(false);
  });

  it("is every run of a DAG where only the DAG is named", () => {
    expect(concerns({ dags: ["d"] }, run)).toBe(true);
    expect(concerns({ dags: ["other"] }, run)).toBe(false);
    // too many runs of one DAG together with a run of another, or with a later one of the same
    expect(concerns({ dags: ["d"], runs: [["other", "r"]] }, run)).toBe(true);
    expect(concerns({ dags: ["d"], runs: [["d", "later"]] }, run)).toBe(true);
    expect(concerns({ dags: ["other"], runs: [["d", "later"]] }, run)).toBe(false);
  });

  it("is a kind, or everything", () => {
    expect(concerns({ kinds: ["pools"] }, keys.all("pools", "list"))).toBe(true);
    expect(concerns({ kinds: ["pools"] }, keys.all("assets"))).toBe(false);
    expect(concerns({ everything: true }, ["me"])).toBe(true);
    expect(concerns({}, keys.all("dags"))).toBe(false);
  });
});
