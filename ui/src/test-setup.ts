import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";

import { start } from "@/i18n";

beforeAll(async () => {
  await start("en");
});
afterEach(() => {
  cleanup();
});
