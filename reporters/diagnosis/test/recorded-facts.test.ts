import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { describe, expect, test } from "vitest";
import { diagnose } from "../src/index.ts";
import { at, disk, node, ofRun, ofTest, pod, READY, wire } from "./facts-of.ts";

const green = [node(190, "s-w1", { ...READY, ...disk(0.6, 0.6) }), node(190, "s-w2", { ...READY, ...disk(0.6, 0.6) })];
const FILE = "evidence/server/logs/kubera/maya-io-1/maya-io.ndjson";
const MAYA = { cluster: "server", namespace: "kubera", kind: "Pod", name: "maya-io-1", node: "s-w1" };

const call = (status: number): Fact => ({
  kind: "http.exchange",
  at: at(150),
  scope: { cluster: "server", namespace: "kubera", urlHost: "127.0.0.1:8080" },
  data: { method: "GET", url: "http://127.0.0.1:8080/v3/groups", status },
});

const killed = (seconds: number, scope: Fact["scope"] = MAYA): Fact => ({
  kind: "kubernetes.pod-change",
  at: at(seconds + 2),
  scope,
  data: {
    change: "maya-io restarts 0 → 1 (OOMKilled, exit code 137)",
    ready: true,
    container: "maya-io",
    restartCount: 1,
    "lastState.terminated.reason": "OOMKilled",
    "lastState.terminated.exitCode": 137,
    "lastState.terminated.finishedAt": at(seconds),
  },
});

const said = (seconds: number, line: string): Fact => ({
  kind: "kubernetes.log",
  at: at(seconds),
  scope: { cluster: "server", namespace: "kubera", kind: "Pod", name: "maya-io-1" },
  data: { container: "maya-io", line, file: FILE },
});

const causeOf = (failure: Evidence): string | undefined => diagnose({ run: "r1", evidences: [ofRun(), failure] }).incidents[0]?.cause;

describe("a container that was killed for its memory and is Ready again when the test has failed", () => {
  test("is the cause, with the moment and the file of its log", () => {
    const failure = ofTest({ plan: "TCID-A", facts: [...green, call(503), killed(140), said(139, "cache holds 900 MB")] });
    const [incident] = diagnose({ run: "r1", evidences: [ofRun(), failure] }).incidents;
    expect(incident).toMatchObject({ cause: "product.oom", class: "product" });
    expect(incident?.summary).toBe(
      "Container maya-io of kubera/maya-io-1 was killed for its memory at 2026-05-04T09:02:20.000Z, during the test.",
    );
    expect(incident?.remedy).toContain(`stands in ${FILE} in the folder of the run`);
  });

  test.each<[string, readonly Fact[], string]>([
    ["before the test", [killed(50), call(503)], "product.functional"],
    ["in another namespace", [killed(140, { ...MAYA, namespace: "openebs" }), call(503)], "product.functional"],
    ["in a cluster that the test did not call", [killed(140, { ...MAYA, cluster: "member" }), call(503)], "product.functional"],
    ["while Director answered as it should not", [killed(140), call(200)], "product.functional"],
    ["and nobody looked without the recorder", [call(503)], "product.functional"],
  ])("is not the cause when it was %s", (_title, facts, cause) => {
    const error = wire("Error: expect(received).toBe(expected)");
    expect(causeOf(ofTest({ plan: "TCID-A", error, facts: [...green, ...facts] }))).toBe(cause);
  });
});

test("a container that crashed is told with its last words, and where all of them stand", () => {
  const crashed = pod(
    180,
    { name: "maya-io-1" },
    {
      phase: "Running",
      ready: false,
      container: "maya-io",
      restartCount: 2,
      "waiting.reason": "CrashLoopBackOff",
      "lastState.terminated.exitCode": 2,
      "lastState.terminated.finishedAt": at(170),
    },
  );
  const facts = [...green, crashed, said(169, "panic: no such table: clusters"), said(175, "starting")];
  const [incident] = diagnose({ run: "r1", evidences: [ofRun(), ofTest({ plan: "TCID-A", facts })] }).incidents;
  expect(incident?.cause).toBe("product.crash");
  expect(incident?.summary).toBe(
    "Container maya-io of kubera/maya-io-1 ended with exit code 2, restarted 2 times. It said last: panic: no such table: clusters",
  );
  expect(incident?.remedy).toBe(`Read ${FILE} in the folder of the run and report its first error with this build.`);
  expect(incident?.evidence.map(({ kind }) => kind)).toContain("kubernetes.log");
});

test("changes and lines that were recorded make no environment unwell by themselves", () => {
  const change: Fact = {
    kind: "kubernetes.pod-change",
    at: at(120),
    scope: MAYA,
    data: { phase: "Pending", ready: false, change: "phase Pending" },
  };
  const error = wire("Error: expect(received).toBe(expected)");
  expect(causeOf(ofTest({ plan: "TCID-A", error, facts: [...green, call(200), change, said(130, "error: retrying")] }))).toBe(
    "product.functional",
  );
});
