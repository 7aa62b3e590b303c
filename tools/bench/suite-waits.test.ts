import { expect, test } from "vitest";
import { awaitedShares, awaitedSpans } from "./suite-waits.ts";

const step = (name: string, start: number, stop: number) => ({ name, start, stop });
const stored = (thread: string, ...steps: ReturnType<typeof step>[]) => ({
  name: "a case",
  start: 0,
  stop: 1,
  labels: [{ name: "thread", value: thread }],
  steps,
});

test.each([
  ["a call", [step("GET /v3/groups → 200 (5 ms)", 10, 15)], [[10, 15]]],
  ["an expectation", [step('Expect "toBeReady"', 10, 40)], [[10, 40]]],
  [
    "a wait with what it asks",
    [{ ...step("wait until the pool is online (30 ms)", 10, 40), steps: [step("GET /a → 200 (1 ms)", 20, 21)] }],
    [
      [20, 21],
      [10, 40],
    ],
  ],
  ["nothing that is neither", [step('Fixture "disturbs"', 10, 40)], []],
  [
    "the preparation of the bed before its step",
    [step("bed in state openebs@1: restored in 0.9 s, waited for 2.0 s", 5000, 5000)],
    [[2100, 5000]],
  ],
  [
    "what the bed was given beyond its state",
    [step("bed with what is older than its control plane: made in 2.1 s", 5000, 5000)],
    [[2900, 5000]],
  ],
  [
    "the pause between two questions that are the same, and no other",
    [step("GET /a → 404 (1 ms)", 0, 1), step("GET /a → 200 (1 ms)", 9, 10), step("GET /b → 200 (1 ms)", 20, 21)],
    [
      [0, 1],
      [9, 10],
      [20, 21],
      [1, 9],
    ],
  ],
])("takes %s", (_case, steps, spans) => {
  expect(awaitedSpans({ steps }).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(spans);
});

test("are shares of the wall time, and of that of all workers", () => {
  const tests = [stored("a", step("GET /a → 200 (1 ms)", 0, 60)), stored("b", step("GET /b → 200 (1 ms)", 40, 90)), stored("none")];
  expect(awaitedShares(tests, { fromMs: 0, toMs: 100 })).toEqual({ ofWall: 0.9, ofWorkers: 0.55 });
});

test("are none of nothing", () => {
  expect(() => awaitedShares([], { fromMs: 0, toMs: 100 })).toThrow("the run has stored no test");
});
