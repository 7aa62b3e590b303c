import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import { readSettings } from "@kubera-e2e/schema/settings";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { guardArtifacts } from "../src/guard-artifacts.ts";

const SECRET = "Adm1n-of-the-lab";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-run-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

const outcome = (exit: Outcome["exit"]): Outcome => ({
  schema: "kubera-e2e/outcome@1",
  run: "r",
  target: "sim",
  bed: "sim",
  build: "1.12.0",
  startedAt: "2026-11-28T00:00:00Z",
  endedAt: "2026-11-28T00:01:00Z",
  interrupted: exit.code === 130,
  counts: { planned: 1, passed: 0, failed: 1, skipped: 0, blocked: 0, notRun: 0 },
  tests: [],
  errors: [],
  causes: [],
  exit,
});

const store = (exit: Outcome["exit"], junit: string): void => {
  writeFileSync(join(folder, "outcome.json"), JSON.stringify(outcome(exit)));
  writeFileSync(join(folder, "junit.xml"), junit);
};
const stored = (name: string): string => readFileSync(join(folder, name), "utf8");
const exitStored = (): Outcome["exit"] => (JSON.parse(stored("outcome.json")) as Outcome).exit;

/** Guards the folder; what was said on stderr. */
const guard = async (environment: Readonly<Record<string, string>>, learned: readonly string[]): Promise<string> => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  await guardArtifacts(folder, readSettings(environment), learned);
  return said.mock.calls.flat().join("\n");
};

test.each([
  ["a setting", { KUBERA_PASS: SECRET }, []],
  ["a bed's secret", { KUBERA_SECRET_DIRECTOR_ADMIN_PASSWORD: SECRET }, []],
  ["what the run has learned", {}, [SECRET]],
])("a secret of %s is masked, told and ends with 24", async (_of, environment, learned) => {
  store({ code: 1, because: "a test failed" }, `<failure>expected ${SECRET}</failure>`);
  expect(await guard(environment, learned)).toBe(
    [
      "\nexit 24: a secret stood in 1 file of the run",
      "  masked in junit.xml",
      "  A spec showed it in an assertion, a title, an attachment or the console. Mend the spec; if the console was stored, change the secret.",
    ].join("\n"),
  );
  expect(stored("junit.xml")).toBe("<failure>expected «redacted»</failure>");
  expect(exitStored()).toEqual({ code: 24, because: "a secret stood in 1 file of the run; otherwise 1: a test failed" });
});

test("a run without secrets in it stays as it is", async () => {
  store({ code: 0, because: "all tests passed" }, "<testsuite/>");
  expect(await guard({ KUBERA_PASS: SECRET }, [])).toBe("");
  expect(exitStored().code).toBe(0);
});

test("an interrupted run stays one, and the secret is masked all the same", async () => {
  store({ code: 130, because: "interrupted before its end" }, SECRET);
  expect(await guard({}, [SECRET])).toContain("masked in junit.xml");
  expect(exitStored().code).toBe(130);
});
