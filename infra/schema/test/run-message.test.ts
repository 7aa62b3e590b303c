import { expect, test } from "vitest";
import { runSecretsSchema } from "../src/run-message.ts";

test.each([
  [{ schema: "kubera-e2e/run-secrets@1", secrets: ["a"] }, true],
  [{ schema: "kubera-e2e/run-secrets@2", secrets: ["a"] }, false],
  [{ secrets: ["a"] }, false],
  ["disconnect", false],
])("%j is one of ours: %s", (message, expected) => {
  expect(runSecretsSchema.safeParse(message).success).toBe(expected);
});
