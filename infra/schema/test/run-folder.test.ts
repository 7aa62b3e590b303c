import { expect, test } from "vitest";
import { newRunId, RUN_FILES } from "../src/run-folder.ts";

test("names a run by its time and process, so that names sort by time", () => {
  const first = newRunId(Date.UTC(2026, 10, 24, 4, 10, 22), 4711);
  expect(first).toBe("20261124-041022-4711");
  expect([newRunId(Date.UTC(2026, 10, 24, 4, 10, 23), 1), first].toSorted()[0]).toBe(first);
});

test("gives each file of a run its own name", () => {
  const names = Object.values(RUN_FILES);
  expect(new Set(names).size).toBe(names.length);
});
