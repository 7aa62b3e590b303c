import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readResult, type AllureResult } from "../src/allure-result.ts";
import { allureReporterOptions } from "../src/allure-reporter-options.ts";
import { carryVerdicts } from "../src/index.ts";
import { makeRun } from "./sample-run.ts";

let site = "";
let run = "";

beforeEach(async () => {
  ({ site, run } = await makeRun());
});

afterEach(() => rm(site, { recursive: true, force: true }));

const result = (letter: string): AllureResult => readResult(join(run, `allure-results/${letter}-result.json`));
const label = (letter: string, name: string): string | undefined => result(letter).labels.find((one) => one.name === name)?.value;
const text = (name: string): Promise<string> => readFile(join(run, "allure-results", name), "utf8");

test("calls broken what is not the product's, keeping what Playwright said", async () => {
  await carryVerdicts(run);
  expect([result("a").status, label("a", "statusOriginal")]).toEqual(["broken", "failed"]);
});

test("puts cause and remedy before what the test saw, and keeps its words whole above the stack", async () => {
  await carryVerdicts(run);
  expect(result("a").statusDetails).toEqual({
    message: `[node.disk-pressure 0.95 C1] Node s-w1: its file system is 97 % used.
What to do: Free space on node s-w1.

The test saw: Error: boom`,
    trace: "Error: boom\n  because: of it\nat x",
  });
});

test("repeats nothing where the stack has the words already", async () => {
  await carryVerdicts(run);
  expect(result("b").statusDetails.trace).toBe("Error: boom\n  because: of it\n    at y");
});

test("calls failed what is the product's, also when it timed out", async () => {
  await carryVerdicts(run);
  expect([result("b").status, label("b", "statusOriginal")]).toEqual(["failed", "broken"]);
});

test("leaves the status of what nobody can explain", async () => {
  await carryVerdicts(run);
  expect([result("c").status, result("c").statusDetails.message]).toEqual(["failed", "[unknown C3] Error: boom\n  because: of it"]);
});

test("labels cause, domain, class and incident", async () => {
  await carryVerdicts(run);
  expect(["rootCause", "rootCauseDomain", "rootCauseClass", "cause", "plan"].map((name) => label("a", name))).toEqual([
    "node.disk-pressure",
    "node",
    "infrastructure",
    "C1 node.disk-pressure",
    "TCID-A",
  ]);
});

test("puts the whole incident first among the attachments", async () => {
  await carryVerdicts(run);
  const [first, second] = result("a").attachments;
  expect([first?.name, second?.name]).toEqual(["root-cause.json", "trace"]);
  expect(JSON.parse(await text(first?.source ?? ""))).toMatchObject({
    id: "C1",
    cause: "node.disk-pressure",
    remedy: "Free space on node s-w1.",
  });
});

test("describes cause, evidence with times, what to do and the line that runs it again", async () => {
  await carryVerdicts(run);
  expect(result("a").description).toBe(`| Root cause | node.disk-pressure (infrastructure, confidence 0.95) |
|:---|:---|
| Behind | 1 failure of this run, as C1 |
| Run it again | \`pnpm test --project=api -g "install › fails"\` |

**What** Node s-w1: its file system is 97 % used.

**What to do** Free space on node s-w1.

**Where**

- \`09:00:00Z\` Node s-w1: 97 % used
- \`09:00:00Z\` Node s-w2: 98 % used

**Evidence**

- \`09:00:00Z\` server Node s-w1: FreeDiskSpaceFailed: a \\| b &lt;c>

**Plan** \`tests/install/plan.yaml\`

\`\`\`yaml
- id: TCID-A
  title: one
\`\`\``);
});

test("links the plan beside the spec, and shows annotations as labels instead of steps", async () => {
  await carryVerdicts(run);
  expect(result("d").links).toEqual([{ type: "tms", name: "TCID-D", url: "../../../tests/install/plan.yaml" }]);
  expect(result("d").steps).toEqual([{ name: "POST /v3/token" }]);
});

test("leaves a passed test its status, message and attachments", async () => {
  await carryVerdicts(run);
  expect(result("d")).toMatchObject({ status: "passed", statusDetails: {}, attachments: [{ name: "trace" }] });
  expect(result("d").description).toBe("**Plan** `tests/install/plan.yaml`\n\n```yaml\n- id: TCID-D\n  title: four\n```");
  expect(result("e")).not.toHaveProperty("description");
});

test("says of a blocked test why", async () => {
  await carryVerdicts(run);
  expect([result("e").status, result("e").statusDetails.message]).toEqual(["skipped", "blocked: because of it"]);
});

test("keeps fields it does not know", async () => {
  await carryVerdicts(run);
  expect(JSON.parse(await text("a-result.json"))).toMatchObject({ historyId: "h-a", stage: "finished", start: 1, stop: 2 });
});

test("gives the same when carried twice, and leaves no temporary file", async () => {
  await carryVerdicts(run);
  const names = await readdir(join(run, "allure-results"));
  const once = await Promise.all(names.map(text));
  await carryVerdicts(run);
  expect(await readdir(join(run, "allure-results"))).toEqual(names);
  expect(await Promise.all(names.map(text))).toEqual(once);
  expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("writes one error per incident for the run", async () => {
  await carryVerdicts(run);
  const globals = JSON.parse(await text("kubera-e2e-globals.json")) as { errors: { message: string; trace: string }[] };
  expect(globals.errors.map(({ message }) => message.split("\n")[0])).toEqual([
    "ROOT CAUSE C1 node.disk-pressure (infrastructure): 1 failure",
    "ROOT CAUSE C2 product.functional (product): 1 failure",
    "ROOT CAUSE C3 unknown (unknown): 1 failure",
    "ALSO SEEN, behind no failure: C4 registry.unavailable (infrastructure)",
  ]);
  expect(globals.errors[0]?.trace).toContain("09:00:00Z  server Node s-w1: FreeDiskSpaceFailed");
});

test("writes environment and executor", async () => {
  await carryVerdicts(run);
  expect(await text("environment.properties")).toBe(
    `Bed=sim\nBuild=1.12.0\nTarget=SIMULATED data centre\nRun=r1\nNode=${process.version}\n`,
  );
  expect(JSON.parse(await text("executor.json"))).toMatchObject({ buildName: "r1", reportName: "SIMULATED · Director 1.12.0 on sim" });
});

describe("a folder that holds no run", () => {
  test("is refused without an outcome", async () => {
    await rm(join(run, "outcome.json"));
    await expect(async () => carryVerdicts(run)).rejects.toThrow("[RUN_NOT_FOUND] no run with stored results");
  });

  test("is refused with half of one", async () => {
    await writeFile(join(run, "outcome.json"), "{");
    await expect(async () => carryVerdicts(run)).rejects.toThrow("[RUN_NOT_FOUND] a stored run cannot be read");
  });
});

test("gives allure-playwright its folder, environment and labels", () => {
  expect(allureReporterOptions({ runFolder: "/x/r1", bed: "konvoy", target: "real", build: "1.11.0" })).toEqual({
    resultsDir: "/x/r1/allure-results",
    detail: true,
    environmentInfo: { Bed: "konvoy", Build: "1.11.0", Target: "real machines" },
    globalLabels: [
      { name: "bed", value: "konvoy" },
      { name: "build", value: "1.11.0" },
      { name: "target", value: "real machines" },
    ],
  });
});
