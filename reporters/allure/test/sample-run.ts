import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome, TestResultRecord } from "@kubera-e2e/schema/outcome";
import type { Diagnosis, Incident } from "@kubera-e2e/schema/verdict";

const AT = "2026-05-04T09:00:00.000Z";

const identity = (plan: string, title: string): TestIdentity => ({
  plan,
  title,
  file: "tests/install/install.api.spec.ts",
  project: "api",
  retry: 0,
});

const record = (plan: string, title: string, status: TestResultRecord["status"] = "failed"): TestResultRecord => ({
  test: identity(plan, title),
  status,
  durationMs: 5,
  because: "because of it",
  rerun: `pnpm test --project=api -g "${title}"`,
});

const incident = (id: string, cause: string, more: Partial<Incident> = {}): Incident => ({
  id,
  cause,
  class: "infrastructure",
  confidence: 0.95,
  summary: "Node s-w1: its file system is 97 % used.",
  scope: { node: "s-w1" },
  window: { from: AT, to: AT },
  evidence: [
    {
      kind: "kubernetes.event",
      at: AT,
      scope: { cluster: "server", node: "s-w1", kind: "Node", name: "s-w1" },
      data: { reason: "FreeDiskSpaceFailed", message: "a | b <c>" },
    },
  ],
  against: [],
  remedy: "Free space on node s-w1.",
  tests: [],
  ...more,
});

const MESSAGE = "Error: boom\n  because: of it";

/** What allure-playwright writes of one test, as far as it matters here. */
const allureResult = (
  uuid: string,
  title: string,
  { status, trace = "at x" }: { status: string; trace?: string },
): Record<string, unknown> => ({
  uuid,
  name: title.split(" › ").at(-1),
  fullName: `install/install.api.spec.ts › ${title}`,
  historyId: `h-${uuid}`,
  status,
  statusDetails: status === "passed" ? {} : { message: MESSAGE, trace },
  stage: "finished",
  steps: [{ name: "plan: TCID-A" }, { name: "POST /v3/token" }],
  attachments: [{ name: "trace", type: "application/zip", source: "t.zip" }],
  parameters: [{ name: "Project", value: "api" }],
  labels: [{ name: "parentSuite", value: "api" }],
  links: [],
  start: 1,
  stop: 2,
});

const INCIDENTS = [
  incident("C1", "node.disk-pressure", {
    tests: [identity("TCID-A", "install › fails")],
    parts: ["Node s-w1: 97 % used", "Node s-w2: 98 % used"].map((summary) => ({ scope: {}, summary, window: { from: AT, to: AT } })),
  }),
  incident("C2", "product.functional", { class: "product", tests: [identity("TCID-B", "install › times out")], evidence: [] }),
  incident("C3", "unknown", { class: "unknown", confidence: 0, tests: [identity("TCID-C", "install › odd")], evidence: [] }),
  incident("C4", "registry.unavailable", { evidence: [] }),
];

const RECORDS = [
  record("TCID-A", "install › fails"),
  record("TCID-B", "install › times out"),
  record("TCID-C", "install › odd"),
  record("TCID-D", "install › passes", "passed"),
  record("TCID-E", "install › waits", "blocked"),
];

const outcome = (target: Outcome["target"]): Outcome => ({
  schema: "kubera-e2e/outcome@1",
  run: "r1",
  target,
  bed: "sim",
  build: "1.12.0",
  startedAt: AT,
  endedAt: AT,
  interrupted: false,
  counts: { planned: 5, passed: 1, failed: 3, skipped: 0, blocked: 1, notRun: 0 },
  tests: RECORDS,
  errors: [],
  causes: [],
  exit: { code: 1, because: "product, test or unexplained failures" },
});

/** A site in the OS temp folder: specs with their plan, and the artifacts of one run. Answers the site and the run's folder. */
export const makeRun = async (target: Outcome["target"] = "sim"): Promise<{ readonly site: string; readonly run: string }> => {
  const site = await mkdtemp(join(tmpdir(), "allure-report-"));
  const run = join(site, "_artifacts/r1");
  const results = join(run, "allure-results");
  await mkdir(results, { recursive: true });
  await mkdir(join(site, "tests/install"), { recursive: true });
  await writeFile(join(site, "tests/install/plan.yaml"), "# Cases\n- id: TCID-A\n  title: one\n- id: TCID-D\n  title: four\n");
  const diagnosis: Diagnosis = { schema: "kubera-e2e/diagnosis@1", run: "r1", incidents: INCIDENTS };
  const files = {
    "outcome.json": outcome(target),
    "incidents.json": diagnosis,
    "allure-results/a-result.json": allureResult("a", "install › fails", { status: "failed" }),
    "allure-results/b-result.json": allureResult("b", "install › times out", { status: "broken", trace: `${MESSAGE}\n    at y` }),
    "allure-results/c-result.json": allureResult("c", "install › odd", { status: "failed" }),
    "allure-results/d-result.json": allureResult("d", "install › passes", { status: "passed" }),
    "allure-results/e-result.json": allureResult("e", "install › waits", { status: "skipped" }),
  };
  await Promise.all(Object.entries(files).map(([name, value]) => writeFile(join(run, name), JSON.stringify(value))));
  return { site, run };
};
