import { expect, it } from "vitest";

import { find } from "./find";

const option = (key: string, value: string, source_kind: string) => ({ key, value, source: source_kind, source_kind, about: `About ${key}` });
const SECTIONS = [
  { name: "api", options: [option("port", "8080", "default"), option("host", "::", "file")] },
  { name: "core", options: [option("parallelism", "32", "environment")] },
];
const names = (text: string, source?: string) => find(SECTIONS, text, source).flatMap(({ name, options }) => options.map(({ key }) => `${name}.${key}`));

it("finds options by all the words that were typed, in any of their parts", () => {
  expect(names("")).toEqual(["api.port", "api.host", "core.parallelism"]);
  expect(names("API 80")).toEqual(["api.port"]);
  expect(names("about paral")).toEqual(["core.parallelism"]);
  expect(names("nowhere")).toEqual([]);
});

it("narrows to where they come from", () => {
  expect(names("", "file")).toEqual(["api.host"]);
});
