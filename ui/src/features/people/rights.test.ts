import { describe, expect, it } from "vitest";

import { keptOf, type Pair, rowsOf, toggled, toggledRow } from "./rights";

const pair = (action: string, resource: string): Pair => ({ action, resource });
const KINDS = ["Assets", "Connections", "DAGs", "Datasets", "Something New"];

describe("the table of a role's rights", () => {
  it("names DAGs first, unknown kinds last, then single things", () => {
    const pairs = [pair("can_read", "Tag:nightly"), pair("can_edit", "DAG:etl"), pair("can_read", "DAG:etl")];
    expect(rowsOf(pairs, KINDS)).toEqual(["DAGs", "Assets", "Connections", "Something New", "DAG:etl", "Tag:nightly"]);
  });

  it("shows the old name of assets only where a role has it", () => {
    expect(rowsOf([pair("can_read", "Datasets")], KINDS)).toContain("Datasets");
  });

  it("keeps what it has no place for", () => {
    const menu = [pair("menu_access", "DAGs"), pair("can_read", "Website")];
    expect(keptOf([...menu, pair("can_read", "DAGs"), pair("can_read", "Team:a")], KINDS)).toEqual(menu);
  });

  it("gives and takes single rights and whole rows", () => {
    const one = pair("can_read", "DAGs");
    expect(toggled(toggled([], one), one)).toEqual([]);
    const row = toggledRow([one, pair("can_read", "Pools")], "DAGs");
    expect(row).toHaveLength(5);
    expect(toggledRow(row, "DAGs")).toEqual([pair("can_read", "Pools")]);
  });
});
