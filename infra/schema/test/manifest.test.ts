import { expect, test } from "vitest";
import { manifestSchema } from "../src/manifest.ts";

const TEST = { plan: "TCID-A", title: "t", file: "tests/a.api.spec.ts", project: "api", retry: 0, tags: ["@day0"] };
const MANIFEST = { schema: "kubera-e2e/manifest@1", run: "r1", shard: { index: 1, total: 3 }, tests: [TEST] };

test("takes the planned tests of a shard, and of a whole run", () => {
  expect(manifestSchema.parse(MANIFEST)).toEqual(MANIFEST);
  expect(manifestSchema.safeParse({ ...MANIFEST, shard: undefined, tests: [] }).success).toBe(true);
});

test("refuses a test without its plan id", () => {
  expect(manifestSchema.safeParse({ ...MANIFEST, tests: [{ ...TEST, plan: undefined }] }).success).toBe(false);
});
