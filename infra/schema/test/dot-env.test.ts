import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDotEnv } from "../src/dot-env.ts";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "dot-env-"));

beforeEach(() => {
  delete process.env["KUBERA_BED"];
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
  delete process.env["KUBERA_BED"];
  delete process.env["KUBERA_BUILD"];
});

test("reads .env of the working folder and leaves what is set already", () => {
  writeFileSync(join(folder, ".env"), "KUBERA_BED=konvoy\nKUBERA_BUILD=1.11.0\n");
  process.chdir(folder);
  process.env["KUBERA_BUILD"] = "1.12.0";
  loadDotEnv();
  expect([process.env["KUBERA_BED"], process.env["KUBERA_BUILD"]]).toEqual(["konvoy", "1.12.0"]);
});
