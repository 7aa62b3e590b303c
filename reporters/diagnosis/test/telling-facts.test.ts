import { expect, test } from "vitest";
import { factLine, tellingFacts } from "../src/index.ts";
import { disk, event, node, pod } from "./facts-of.ts";

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

test("cuts a long line", () => {
  expect(factLine(said(1, "Failed", "x".repeat(500)))).toHaveLength(160);
});
