import { expect, it } from "vitest";

import { safeLink } from "./address";

it.each([
  ["https://example.com/a", "https://example.com/a"],
  ["mailto:ana@example.com", "mailto:ana@example.com"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,<b>", undefined],
  ["/relative", undefined],
  [null, undefined],
])("of %s one may follow %s", (address, link) => {
  expect(safeLink(address)).toBe(link);
});
