import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deviationsPage } from "./deviations-page.ts";

test("docs/deviations.md says what the contract suites declare", () => {
  const stored = readFileSync(join(import.meta.dirname, "..", "..", "docs", "deviations.md"), "utf8");
  expect(stored, "run node --import tsx tools/docs/main.ts").toBe(deviationsPage());
});
