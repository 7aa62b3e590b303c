import { expect, test } from "vitest";
import { factLine, tellingFacts } from "../src/index.ts";
import { disk, event, node, pod } from "./facts-of.ts";
import { recorded } from "./recordings.ts";

const said = (second: number, reason: string, message: string) =>
  event(second, { namespace: "kubera", kind: "Pod", name: "maya-ui-1" }, { reason, message });

test("shows one fact of each reason before a second of any, in the order of time", () => {
  const facts = [said(1, "BackOff", "a"), said(2, "BackOff", "b"), said(3, "BackOff", "b"), said(4, "Evicted", "c")];
  expect(tellingFacts(facts, 2).map(({ data }) => data["message"])).toEqual(["a", "c"]);
  expect(tellingFacts(facts, 9).map(({ data }) => data["message"])).toEqual(["a", "b", "c"]);
});

test.each([
  [
    node(1, "s-w1", { ...disk(0.031, 0.5), "Ready.status": "True" }),
    "server Node s-w1: fs 3.1 % free, runtime.imageFs 50 % free, Ready=True",
  ],
  [said(1, "Evicted", "low on\n resource"), "server Pod kubera/maya-ui-1: Evicted: low on resource"],
  [pod(1, "p-1", { "lastState.terminated.exitCode": 139 }), "server Pod kubera/p-1: exit code 139"],
  [pod(1, "p-1", { phase: "Pending", ready: false }), "server Pod kubera/p-1: phase=Pending ready=false"],
  [
    { kind: "machine" as const, at: "2026-05-04T09:00:00.000Z", scope: { vm: "vm-1" }, data: { powerState: "poweredOff" } },
    "vm-1: powerState=poweredOff",
  ],
])("writes a fact in one line", (fact, line) => {
  expect(factLine(fact)).toBe(line);
});

test("cuts a long line, between words where it can", () => {
  expect(factLine(said(1, "Failed", "x".repeat(500))).length).toBeLessThanOrEqual(160 + "server Pod kubera/maya-ui-1: ".length);
  expect(factLine(said(1, "Failed", "word ".repeat(100)))).toMatch(/ word …$/);
});

const scheduled = (message: string): string => factLine(said(1, "FailedScheduling", message));
const CONTROL_PLANE = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }";
const FULL = "3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }";
const PREEMPTION = "no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.";

test.each([
  [`0/4 nodes are available: ${CONTROL_PLANE}, ${FULL}. ${PREEMPTION}`, `0/4 nodes are available: ${FULL}`],
  [`0/4 nodes are available: ${CONTROL_PLANE}, 3 Insufficient cpu. ${PREEMPTION}`, "0/4 nodes are available: 3 Insufficient cpu"],
  [
    `0/9 nodes are available: 2 Insufficient cpu, 4 Insufficient memory, ${FULL}.`,
    `0/9 nodes are available: ${FULL}, 2 Insufficient cpu, 4 Insufficient memory`,
  ],
  [`0/1 nodes are available: ${CONTROL_PLANE}.`, `0/1 nodes are available: ${CONTROL_PLANE}`],
  ["no nodes available to schedule pods", "no nodes available to schedule pods"],
])("tells of scheduling what decided it: %s", (message, told) => {
  expect(scheduled(message)).toBe(`server Pod kubera/maya-ui-1: FailedScheduling: ${told}`);
});

test("names the full disks in every line that a recorded run tells of scheduling", () => {
  const waits = recorded("install-on-full-disks").facts.filter(
    ({ data }) => data["reason"] === "FailedScheduling" || data["PodScheduled.reason"] === "Unschedulable",
  );
  expect(waits.length).toBeGreaterThan(2);
  const longest = waits.map((fact) => ({
    ...fact,
    scope: { ...fact.scope, name: `${"alertstore-tablemanager-".repeat(3)}-vljkpcjvt9-qxhtj` },
  }));
  expect([...waits, ...longest].map(factLine).filter((line) => !line.includes("node.kubernetes.io/disk-pressure"))).toEqual([]);
});
