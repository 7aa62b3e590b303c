import { describe, expect, test } from "vitest";
import { EVIDENCE_MIME, type Evidence, evidenceSchema } from "../src/evidence.ts";

const AT = "2026-05-04T09:00:00.000Z";
const EVIDENCE: Evidence = {
  schema: "kubera-e2e/evidence@1",
  run: "r1",
  target: "sim",
  bed: "sim",
  test: { plan: "TCID-A", row: "r2", title: "t", file: "tests/a.api.spec.ts", project: "api", retry: 0 },
  window: { from: AT, to: AT },
  error: { schema: "kubera-e2e/error@1", name: "Error", message: "x", causes: [] },
  facts: [
    { kind: "kubernetes.event", at: AT, scope: { namespace: "kubera" }, data: { reason: "Evicted", count: 2, ready: false, node: null } },
  ],
  gaps: [{ collector: "pods", because: "refused" }],
};

test("survives JSON as it is", () => {
  expect(evidenceSchema.parse(JSON.parse(JSON.stringify(EVIDENCE)))).toEqual(EVIDENCE);
});

test("speaks for the run when it names no test", () => {
  const { test: _test, error: _error, ...run } = EVIDENCE;
  expect(evidenceSchema.parse(run)).not.toHaveProperty("test");
});

describe("refuses", () => {
  test.each<[string, unknown]>([
    ["another version", { ...EVIDENCE, schema: "kubera-e2e/evidence@2" }],
    ["a fact of an unknown kind", { ...EVIDENCE, facts: [{ ...EVIDENCE.facts[0], kind: "rumour" }] }],
    ["a fact without a time", { ...EVIDENCE, facts: [{ ...EVIDENCE.facts[0], at: "yesterday" }] }],
    ["nested data", { ...EVIDENCE, facts: [{ ...EVIDENCE.facts[0], data: { pod: { name: "x" } } }] }],
    ["facts left out", { ...EVIDENCE, facts: undefined }],
  ])("%s", (_what, value) => {
    expect(evidenceSchema.safeParse(value).success).toBe(false);
  });
});

test("says its version in the MIME type as well", () => {
  expect(EVIDENCE_MIME).toBe("application/vnd.kubera-e2e.evidence.v1+json");
});
