import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorsPage } from "./errors-page.ts";

test("docs/errors.md says what the code says", () => {
  const stored = readFileSync(join(import.meta.dirname, "..", "..", "docs", "errors.md"), "utf8");
  expect(stored, "run node --import tsx tools/docs/main.ts").toBe(errorsPage());
});
