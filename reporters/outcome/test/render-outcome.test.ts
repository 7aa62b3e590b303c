import type { Fact, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import type { Diagnosis } from "@kubera-e2e/schema/verdict";
import { expect, test } from "vitest";
import { COLOURS, renderOutcome } from "../src/render-outcome.ts";

const identity = (plan: string): TestIdentity => ({ plan, title: `case ${plan}`, file: "tests/a.api.spec.ts", project: "api", retry: 0 });
const at = (second: number): string => new Date(Date.UTC(2026, 4, 4, 9, 0, second)).toISOString();
const eventFact = (second: number, reason: string, message: string): Fact => ({
  kind: "kubernetes.event",
  at: at(second),
  scope: { cluster: "server", namespace: "kubera", kind: "Pod", name: "maya-ui-1" },
  data: { type: "Warning", reason, message },
});
const node: Fact = {
  kind: "kubernetes.node",
  at: at(1),
  scope: { cluster: "server", node: "s-w1" },
  data: { "fs.availableBytes": 3, "fs.capacityBytes": 100, "DiskPressure.status": "True" },
};

const outcome: Outcome = {
  schema: "kubera-e2e/outcome@1",
  run: "r1",
  target: "sim",
  bed: "sim",
  build: "1.12.0",
  startedAt: at(0),
  endedAt: at(42),
  interrupted: false,
  counts: { planned: 4, passed: 1, failed: 2, skipped: 0, blocked: 1, notRun: 0 },
  tests: [
    { test: identity("TCID-A"), status: "failed", durationMs: 1, because: "x", rerun: 'pnpm test --project=api -g "case TCID-A"' },
    { test: identity("TCID-B"), status: "blocked", durationMs: 0, because: "bed sim is broken", rerun: "…" },
  ],
  errors: ["afterAll failed"],
  causes: [],
  exit: { code: 23, because: "every failure was infrastructure" },
};

const diagnosis: Diagnosis = {
  schema: "kubera-e2e/diagnosis@1",
  run: "r1",
  incidents: [
    {
      id: "C1",
      cause: "node.disk-pressure",
      class: "infrastructure",
      confidence: 0.99,
      summary: "Node s-w1: its file system is 97 % used.",
      scope: { cluster: "server", node: "s-w1" },
      window: { from: at(1), to: at(5) },
      evidence: [node, eventFact(5, "Evicted", "The node was low on resource: ephemeral-storage.")],
      against: [],
      remedy: "Free space on node s-w1.",
      tests: [identity("TCID-A"), identity("TCID-C")],
    },
    {
      id: "C2",
      cause: "product.crash",
      class: "product",
      confidence: 0.8,
      summary: "Container a ended.",
      scope: {},
      window: { from: at(1), to: at(5) },
      evidence: [],
      against: [],
      remedy: "Read its log.",
      tests: [],
    },
  ],
};

const LINE = "─".repeat(80);

test("tells counts, causes, evidence with times, the remedy and the line that runs its tests again, 80 columns wide", () => {
  expect(renderOutcome(outcome, diagnosis)).toBe(`
${LINE}
SIMULATED data centre: this run says nothing about real machines.
Run r1 · bed sim · Director 1.12.0 · 42.0 s
1 passed · 2 failed · 1 blocked of 4 planned

C1 node.disk-pressure · infrastructure · 2 tests · confidence 0.99
  Node s-w1: its file system is 97 % used.
  where:   cluster server · s-w1 · 09:00:01Z to 09:00:05Z
  because: 09:00:01Z server Node s-w1: fs 3 % free, DiskPressure=True
           09:00:05Z server Pod kubera/maya-ui-1: Evicted: The node was low on
                     resource: ephemeral-storage.
  fix:     Free space on node s-w1.
  re-run:  pnpm test --project=api -g "case TCID-A|case TCID-C"
  tests:   TCID-A case TCID-A
           TCID-C case TCID-C

also seen, behind no failed test: product.crash: Container a ended.
1 test blocked: bed sim is broken
error outside any test: afterAll failed
exit 23: every failure was infrastructure
${LINE}
`);
});

const [first] = diagnosis.incidents;
const LONG = "Free space on server-worker1, server-worker2 and server-worker3 or grow each disk from 100.0 GiB to 161.7 GiB or more.";
const many = Array.from({ length: 30 }, (_, n) => identity(`TCID-${n}`));
const long: Diagnosis = {
  ...diagnosis,
  incidents: first === undefined ? [] : [{ ...first, summary: LONG, remedy: LONG, tests: many, scope: { cluster: "server" } }],
};

test.each([60, 72, 80, 119])("keeps every line within %i columns and cuts no word", (columns) => {
  const text = renderOutcome(outcome, long, { columns });
  expect(text.split("\n").filter((line) => line.length > columns)).toEqual([]);
  expect(text.replaceAll(/\s+/g, " ")).toContain(`fix: ${LONG}`);
  expect(text).not.toMatch(/\d\n\s*(?:%|GiB)/);
});

test.each([
  [20, 60],
  [500, 120],
  [undefined, 80],
])("takes %s columns for %i", (columns, width) => {
  const text = renderOutcome(outcome, diagnosis, columns === undefined ? {} : { columns });
  expect(text.split("\n")[1]).toBe("─".repeat(width));
});

test("breaks a command where a shell takes it up again", () => {
  expect(renderOutcome(outcome, diagnosis, { columns: 60 })).toContain(`  re-run:  pnpm test --project=api \\
           -g "case TCID-A|case TCID-C"
`);
});

test("runs many failures again by what failed last", () => {
  expect(renderOutcome(outcome, long)).toContain("  re-run:  pnpm test --last-failed\n");
});

test("says SIMULATED only where it is", () => {
  expect(renderOutcome({ ...outcome, target: "real" }, diagnosis)).not.toContain("SIMULATED");
});

test("colours nothing but what colour is asked for", () => {
  const escape = String.fromCharCode(27);
  expect(renderOutcome(outcome, diagnosis)).not.toContain(escape);
  expect(renderOutcome(outcome, diagnosis, { style: COLOURS })).toContain(`${escape}[31m2 failed${escape}[39m`);
});
