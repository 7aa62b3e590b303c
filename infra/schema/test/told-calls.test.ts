import { expect, test } from "vitest";
import { CALLS_MIME, toldCallsSchema } from "../src/told-calls.ts";

test("calls survive their attachment", () => {
  const calls = [{ title: "GET /v3/groups → 200 (4 ms)", startMs: 1000, stopMs: 1004 }];
  expect(toldCallsSchema.parse(JSON.parse(JSON.stringify(calls)))).toEqual(calls);
  expect(CALLS_MIME).toContain(".v1+json");
});

test("what is no call is refused", () => {
  expect(toldCallsSchema.safeParse([{ title: "GET /v3/groups" }]).success).toBe(false);
});
