import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CALLS_MIME, type ToldCall } from "@kubera-e2e/schema/told-calls";
import { afterAll, expect, test } from "vitest";
import type { AllureResult, AllureStep } from "../src/allure-result.ts";
import { unfoldCalls } from "../src/unfold-calls.ts";

const folder = mkdtempSync(join(tmpdir(), "kubera-calls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const step = (name: string, [start, stop]: readonly [number, number], parts: Partial<AllureStep> = {}): AllureStep => ({
  name,
  start,
  stop,
  ...parts,
});

const call = (title: string, startMs: number, stopMs: number): ToldCall => ({ title, startMs, stopMs });

const resultWith = (steps: readonly AllureStep[], calls: unknown): AllureResult => {
  writeFileSync(join(folder, "calls"), JSON.stringify(calls));
  const wrap = step("director-calls", [990, 991], { attachments: [{ name: "director-calls", type: CALLS_MIME, source: "calls" }] });
  const empty = { uuid: "u", name: "n", fullName: "f", status: "passed", statusDetails: {}, labels: [], links: [], parameters: [] };
  return { ...empty, attachments: [{ name: "log", type: "text/plain", source: "log" }], steps: [...steps, wrap] };
};

/** Names, each step's own in brackets behind it. */
const outline = (steps: readonly AllureStep[]): string =>
  steps.map(({ name, steps: own = [] }) => (own.length === 0 ? name : `${name} (${outline(own)})`)).join(", ");

const hooks = step("Before Hooks", [0, 50]);
const inner = step("connect", [100, 200], { steps: [step("wait", [120, 180])] });

test.each([
  ["before, between and behind the steps", [call("A", 60, 70), call("B", 300, 310)], "Before Hooks, A, connect (wait), B"],
  ["inside a step that ran all the while", [call("A", 10, 20)], "Before Hooks (A), connect (wait)"],
  ["inside the innermost", [call("A", 130, 140)], "Before Hooks, connect (wait (A))"],
  ["beside a step that ended before the call", [call("A", 40, 60)], "Before Hooks, A, connect (wait)"],
  [
    "inside the wait that made them",
    [call("A", 70, 75), call("B", 80, 85), call("wait until it is so", 70, 90), call("C", 95, 96)],
    "Before Hooks, wait until it is so (A, B), C, connect (wait)",
  ],
  ["never inside another call", [call("long", 60, 90), call("short", 65, 70)], "Before Hooks, long, short, connect (wait)"],
])("calls become steps %s", (_where, calls, expected) => {
  const { result, done } = unfoldCalls(folder, resultWith([hooks, inner], calls));
  expect(outline(result.steps)).toBe(expected);
  expect(result.attachments).toEqual([{ name: "log", type: "text/plain", source: "log" }]);
  expect(done).toEqual([join(folder, "calls")]);
});

test("a result without calls stays as it is", () => {
  const { result } = unfoldCalls(folder, { ...resultWith([hooks], []), steps: [hooks] });
  expect(result.steps).toEqual([hooks]);
});

test("an attachment that holds no calls is an error", () => {
  expect(() => unfoldCalls(folder, resultWith([hooks], [{ title: 1 }]))).toThrow(/invalid/i);
});
