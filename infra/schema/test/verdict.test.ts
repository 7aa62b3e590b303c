import { describe, expect, test } from "vitest";
import { type Diagnosis, diagnosisSchema } from "../src/verdict.ts";

const AT = "2026-05-04T09:00:00.000Z";
const DIAGNOSIS: Diagnosis = {
  schema: "kubera-e2e/diagnosis@1",
  run: "r1",
  incidents: [
    {
      id: "C1",
      cause: "node.disk-pressure",
      class: "infrastructure",
      confidence: 0.9,
      summary: "s",
      scope: { node: "s-w1" },
      window: { from: AT, to: AT },
      evidence: [],
      against: [],
      remedy: "r",
      tests: [],
    },
  ],
};

test("survives JSON as it is", () => {
  expect(diagnosisSchema.parse(JSON.parse(JSON.stringify(DIAGNOSIS)))).toEqual(DIAGNOSIS);
});

describe("refuses an incident", () => {
  test.each([
    ["surer than sure", { confidence: 1.1 }],
    ["of a class that is none", { class: "weather" }],
    ["without counter-evidence, not even an empty list", { against: undefined }],
  ])("%s", (_what, change) => {
    expect(diagnosisSchema.safeParse({ ...DIAGNOSIS, incidents: [{ ...DIAGNOSIS.incidents[0], ...change }] }).success).toBe(false);
  });
});

test("takes unknown for an answer", () => {
  const [incident] = DIAGNOSIS.incidents;
  expect(
    diagnosisSchema.safeParse({ ...DIAGNOSIS, incidents: [{ ...incident, cause: "unknown", class: "unknown", confidence: 0 }] }).success,
  ).toBe(true);
});
