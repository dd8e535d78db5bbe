import { describe, expect, it } from "vitest";

import en from "./en";
import chinese from "./zh-CN";

function paths(words: unknown, before = ""): string[] {
  if (typeof words !== "object" || words === null) return [before];
  return Object.entries(words).flatMap(([name, inner]) => paths(inner, `${before}.${name}`));
}

/** Chinese has no plural forms, so that `_one` has no match in it. */
const plain = (words: unknown) => paths(words).filter((path) => !path.endsWith("_one")).map((path) => path.replace(/_other$/, "")).sort();

describe("the two languages", () => {
  it("say the same things", () => {
    expect(plain(chinese)).toEqual(plain(en));
  });

  it("name the same places in a sentence", () => {
    const slots = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();
    const flat = (words: unknown, before = ""): [string, string][] =>
      typeof words === "string"
        ? [[before, words]]
        : Object.entries(words as object).flatMap(([name, inner]) => flat(inner, `${before}.${name}`));
    const other = new Map(flat(chinese).map(([path, text]) => [path.replace(/_other$/, ""), text]));
    for (const [path, text] of flat(en)) {
      if (!path.endsWith("_one")) expect([path, slots(other.get(path.replace(/_other$/, "")) ?? "")]).toEqual([path, slots(text)]);
    }
  });
});
