import { execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, symlink, writeFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Manifest } from "@kubera-e2e/schema/manifest";
import { manifestSchema } from "@kubera-e2e/schema/manifest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDiagnosis, readOutcome } from "../src/index.ts";

const PACKAGE = dirname(import.meta.dirname);
const REPORTER = join(PACKAGE, "src/outcome-reporter.ts");

let folder = "";
let runFolder = "";
let environment: NodeJS.ProcessEnv = {};

beforeEach(async () => {
  environment = { PATH: process.env["PATH"] };
  folder = await mkdtemp(join(tmpdir(), "outcome-"));
  runFolder = join(folder, "run");
  await symlink(join(PACKAGE, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await mkdir(join(folder, "tests"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const configOf = (reporter: string, target: string): string => `
import { defineConfig } from "@playwright/test";
export default defineConfig({
  testDir: "tests", outputDir: "out", workers: 1,
  reporter: [[${JSON.stringify(reporter)}, { runFolder: ${JSON.stringify(runFolder)}, run: "r1", bed: "sim", target: "${target}", build: "1.12.0", draftsMayFail: process.env.DRAFTS === "1" }]],
  projects: [{ name: "api" }],
});`;

interface Ran {
  readonly code: number;
  readonly output: string;
}

const playwright = (spec: string, flags: readonly string[] = [], target = "sim"): Promise<Ran> =>
  (async () => {
    await writeFile(join(folder, "playwright.config.ts"), configOf(REPORTER, target));
    await writeFile(join(folder, "tests/a.spec.ts"), `import { expect, test } from "@playwright/test";\n${spec}`);
    const cli = join(PACKAGE, "node_modules/@playwright/test/cli.js");
    return new Promise<Ran>((resolve) => {
      execFile(process.execPath, [cli, "test", ...flags], { cwd: folder, env: environment }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
      });
    });
  })();

const evidence = (facts: string): string =>
  `JSON.stringify({ schema: "kubera-e2e/evidence@1", run: "r1", target: "sim", bed: "sim",
     window: { from: new Date(Date.now() - 1000).toISOString(), to: new Date(Date.now() + 1000).toISOString() }, facts: [${facts}], gaps: [] })`;

const nodeFact = (free: number): string =>
  `{ kind: "kubernetes.node", at: new Date().toISOString(), scope: { cluster: "server", node: "s-w1" },
     data: { "fs.availableBytes": ${free}, "fs.capacityBytes": 100 } }`;
const podFact = `{ kind: "kubernetes.pod", at: new Date().toISOString(), scope: { cluster: "server", namespace: "kubera", name: "maya-ui-1", node: "s-w1" },
     data: { phase: "Pending", ready: false } }`;

const readManifest = async (): Promise<Manifest> =>
  manifestSchema.parse(JSON.parse(await readFile(join(runFolder, "manifest.json"), "utf8")));

test("judges a run: passed, failed for the node's disk, blocked, skipped", async () => {
  const { code, output } = await playwright(`
    test.describe("install", () => {
      test("goes (well)", { tag: ["@day0"], annotation: [{ type: "plan", description: "TCID-A" }, { type: "row", description: "r2" }] }, () => {});
      test("fails", { annotation: { type: "plan", description: "TCID-B" } }, async ({}, info) => {
        await info.attach("kubera-evidence", { contentType: "application/json", body: ${evidence(`${nodeFact(3)}, ${podFact}`)} });
        expect(1).toBe(2);
      });
      test("waits for a bed", ({}, info) => { info.annotations.push({ type: "blocked", description: "bed sim is broken" }); test.skip(true, "blocked"); });
      test.skip("sleeps", () => {});
    });`);
  expect(code).toBe(1);
  const outcome = await readOutcome(runFolder);
  expect(outcome?.counts).toEqual({ planned: 4, passed: 1, failed: 1, skipped: 1, blocked: 1, notRun: 0 });
  expect(outcome?.exit).toEqual({ code: 23, because: "the only failure was infrastructure" });
  expect(outcome?.causes).toEqual([{ cause: "node.disk-pressure", class: "infrastructure", tests: 1 }]);
  expect(outcome?.tests.map(({ test: { plan }, status, because, rerun }) => [plan.split("-")[0], status, because, rerun])).toEqual([
    ["TCID", "passed", undefined, String.raw`pnpm test --project=api -g "goes \\(well\\)"`],
    ["TCID", "failed", "Error: expect(received).toBe(expected) // Object.is equality", 'pnpm test --project=api -g "fails"'],
    ["unplanned", "blocked", "bed sim is broken", 'pnpm test --project=api -g "waits for a bed"'],
    ["unplanned", "skipped", "no reason given", 'pnpm test --project=api -g "sleeps"'],
  ]);
  const diagnosis = await readDiagnosis(runFolder);
  expect(diagnosis?.incidents[0]?.tests).toEqual([
    { plan: "TCID-B", title: "install › fails", file: "tests/a.spec.ts", project: "api", retry: 0 },
  ]);
  const manifest = await readManifest();
  expect(manifest.tests[0]).toEqual({
    plan: "TCID-A",
    row: "r2",
    title: "install › goes (well)",
    file: "tests/a.spec.ts",
    project: "api",
    retry: 0,
    tags: ["@day0"],
  });
  expect(output).toContain("SIMULATED data centre");
  expect(output).toContain("C1 node.disk-pressure · infrastructure · 1 test");
});

test("takes what the run stored, and says which evidence it cannot read", async () => {
  await mkdir(join(runFolder, "evidence"), { recursive: true });
  await writeFile(join(runFolder, "evidence/broken.json"), "{");
  const { output } = await playwright(`test("fails", () => { throw new TypeError("no such field"); });`, [], "real");
  expect(output).toContain("Evidence that cannot be read was left out: evidence/broken.json: ");
  expect(output).not.toContain("SIMULATED");
  expect((await readOutcome(runFolder))?.causes).toEqual([{ cause: "test.harness", class: "test", tests: 1 }]);
});

const widest = (output: string): number =>
  Math.max(
    ...output
      .split("\n")
      .filter((line) => /^─+$/.test(line))
      .map(({ length }) => length),
  );

test.each([
  [{}, 80],
  [{ COLUMNS: "100" }, 100],
  [{ COLUMNS: "nonsense" }, 80],
])("without a terminal and with %o the block is %s wide, and has no colours", async (given, columns) => {
  environment = { ...environment, ...given, FORCE_COLOR: "1" };
  const { output } = await playwright(`test("fails", () => { expect(1).toBe(2); });`);
  expect(widest(output)).toBe(columns);
  const block = output.slice(output.indexOf("SIMULATED"));
  expect(block).toContain("0 passed · 1 failed of 1 planned");
  expect(block).not.toContain(String.fromCharCode(27));
});

test("tells what an error of the house says must be done, and why, of a test without evidence", async () => {
  const { output } = await playwright(`test("waits", () => {
    throw new Error("[RESTORE_FAILED] the bed sim could not be restored: director\\n  where:   server\\n" +
      "  because: server: not yet, because namespace kubera has no workload\\n  fix:     Install Director first.");
  });`);
  const block = output.slice(output.indexOf("C1 ")).replaceAll(/\s+/g, " ");
  expect(block).toContain("could not be restored: director: server: not yet, because namespace kubera has no workload");
  expect(block).toContain("fix: Install Director first.");
});

test("takes no code from what an error quotes", async () => {
  await playwright(`test("asks", () => { throw new Error('Director answered 500 {"message":"[SET_MISSING] upstream"}\\n[SET_MISSING] x'); });
    test("calls", () => { throw new Error("Command failed: e2e sim status\\n[SIM_NOT_RUNNING] no simulated data centre answers"); });`);
  const outcome = await readOutcome(runFolder);
  expect(outcome?.exit.code).toBe(1);
  expect(outcome?.causes.map(({ cause, class: klass }) => [cause, klass])).toEqual([
    ["unknown", "unknown"],
    ["unknown", "unknown"],
  ]);
});

test("does not let blocked tests look green", async () => {
  const { code } = await playwright(
    `test("a", { annotation: { type: "blocked", description: "no bed" } }, () => { test.skip(true, "blocked"); });`,
  );
  expect([code, (await readOutcome(runFolder))?.exit.code]).toEqual([1, 22]);
});

test("answers 3 when nothing is selected", async () => {
  await playwright(`test("a", () => {});`, ["-g", "no such title"]);
  expect((await readOutcome(runFolder))?.exit).toEqual({ code: 3, because: "no test was selected" });
});

test("judges by the last attempt when a test is tried again", async () => {
  const { code } = await playwright(`test("a", ({}, info) => { expect(info.retry).toBe(1); });`, ["--retries=1"]);
  const outcome = await readOutcome(runFolder);
  expect([code, outcome?.counts.passed, outcome?.causes]).toEqual([0, 1, []]);
});

test("never throws: a folder that cannot be written is told, and the run does not count as passed", async () => {
  await writeFile(join(folder, "run"), "a file where the folder should be");
  const { code, output } = await playwright(`test("a", () => {});`);
  expect(code).toBe(1);
  expect(output).toContain("[INTERNAL] the outcome reporter failed in onBegin: ");
  expect(output).toContain("[INTERNAL] the outcome reporter failed in onEnd: ");
});

test("refuses a stored outcome that was cut short", async () => {
  await mkdir(runFolder);
  await writeFile(join(runFolder, "outcome.json"), '{"schema":"kubera-e2e/outcome@1"}');
  await expect(readOutcome(runFolder)).rejects.toThrow("[RUN_NOT_FOUND] a stored run cannot be read");
});

test("answers undefined for a run without an outcome", async () => {
  await expect(readOutcome(runFolder)).resolves.toBeUndefined();
});

test.each([
  { title: "is told and decides nothing where it may fail", drafts: "1", code: 0, because: "all tests passed but 1 draft" },
  { title: "is a failure elsewhere", drafts: "0", code: 1, because: "product, test or unexplained failures" },
])("a draft that fails $title", async ({ drafts, code, because }) => {
  environment = { ...environment, DRAFTS: drafts };
  const ran = await playwright('test("done", () => {}); test("begun", { tag: "@draft" }, () => { expect(1).toBe(2); });');
  const outcome = await readOutcome(runFolder);
  expect({ code: ran.code, counts: outcome?.counts, exit: outcome?.exit }).toEqual({
    code,
    counts: { planned: 2, passed: 1, failed: 1, skipped: 0, blocked: 0, notRun: 0 },
    exit: { code, because },
  });
});
