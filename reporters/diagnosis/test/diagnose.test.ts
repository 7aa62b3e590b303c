import type { Evidence } from "@kubera-e2e/schema/evidence";
import { diagnosisSchema } from "@kubera-e2e/schema/verdict";
import { describe, expect, test } from "vitest";
import { diagnose } from "../src/index.ts";
import { at, disk, event, identity, node, ofRun, ofTest, pod, READY, wire } from "./facts-of.ts";

const evictedFrom = (name: string): Evidence["facts"][number] =>
  pod(70, { name: "maya-ui-1", node: name }, { phase: "Failed", reason: "Evicted", message: "low on resource: ephemeral-storage" });
const fullNode = [node(60, "s-w1", { ...disk(0.03, 0.03), "Ready.status": "True", "DiskPressure.status": "True" }), evictedFrom("s-w1")];
const greenNodes = [node(150, "s-w1", { ...READY, ...disk(0.6, 0.6) }), node(150, "s-w2", { ...READY, ...disk(0.6, 0.6) })];
const pendingPod = pod(180, "maya-io-server-1", { phase: "Pending", ready: false });

interface Row {
  readonly title: string;
  readonly run: Evidence;
  readonly failure: Evidence;
  readonly verdict: readonly [cause: string, klass: string];
}

const rows: readonly Row[] = [
  {
    title: "gives a test that leant on an evicted pod to the full node",
    run: ofRun(...fullNode),
    failure: ofTest({ plan: "TCID-A", facts: [pendingPod] }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "gives a test whose error names the namespace to the full node",
    run: ofRun(...fullNode),
    failure: ofTest({ plan: "TCID-A", error: wire("Deployment kubera/maya-ui is available did not come true", { code: "WAIT_DEADLINE" }) }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "gives a test whose calls nobody answered to the trouble behind the service",
    run: ofRun(...fullNode),
    failure: ofTest({
      plan: "TCID-A",
      facts: [
        {
          kind: "http.exchange",
          at: at(150),
          scope: { urlHost: "127.0.0.1:8080" },
          data: { method: "GET", url: "http://127.0.0.1:8080/ping", status: 503 },
        },
      ],
    }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "does not blame the full node for a test that leant on another cluster",
    run: ofRun(...fullNode),
    failure: ofTest({ plan: "TCID-A", facts: [pod(180, { cluster: "member", namespace: "openebs", name: "x" }, { phase: "Pending" })] }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "does not blame the full node for a wrong answer of a Ready product",
    run: ofRun(...fullNode, ...greenNodes),
    failure: ofTest({
      plan: "TCID-A",
      facts: [
        {
          kind: "http.exchange",
          at: at(150),
          scope: { urlHost: "127.0.0.1:8080" },
          data: { method: "POST", url: "http://127.0.0.1:8080/v3/token", status: 422 },
        },
      ],
    }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "does not blame the full node for an answer that came, whatever else is unwell on the bed",
    run: ofRun(...fullNode),
    failure: ofTest({
      plan: "TCID-A",
      facts: [
        pendingPod,
        {
          kind: "http.exchange",
          at: at(150),
          scope: { urlHost: "127.0.0.1:8080" },
          data: { method: "POST", url: "http://127.0.0.1:8080/v3/token", status: 201 },
        },
      ],
    }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "blames the full node when Director answered that it still waits",
    run: ofRun(...fullNode),
    failure: ofTest({
      plan: "TCID-A",
      error: wire("cluster is active did not come true", { code: "WAIT_DEADLINE" }),
      facts: [
        pendingPod,
        {
          kind: "http.exchange",
          at: at(150),
          scope: { urlHost: "127.0.0.1:8080" },
          data: { method: "GET", url: "http://127.0.0.1:8080/v3/clusters", status: 200 },
        },
      ],
    }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "narrows what is unwell to what the error names",
    run: ofRun(...fullNode),
    failure: ofTest({
      plan: "TCID-A",
      error: wire("DaemonSet openebs/ndm is available did not come true", { code: "WAIT_DEADLINE" }),
      facts: [pendingPod, pod(180, { namespace: "openebs", name: "ndm-1" }, { phase: "Pending" })],
    }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "does not blame what began after the failure",
    run: ofRun(
      event(900, { kind: "Node", name: "s-w1" }, { reason: "FreeDiskSpaceFailed" }),
      event(901, { namespace: "kubera", kind: "Pod", name: "p", node: "s-w1" }, { reason: "Evicted", message: "ephemeral-storage" }),
    ),
    failure: ofTest({ plan: "TCID-A", facts: [pendingPod] }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "gives a test that never got its bed to what the run saw while it prepared it",
    run: {
      ...ofRun(...fullNode, pendingPod),
      error: wire("[WAIT_DEADLINE] Director is ready did not come true within 20.0 s", { code: "WAIT_DEADLINE" }),
    },
    failure: ofTest({
      plan: "TCID-A",
      error: wire("Error: [WAIT_DEADLINE] Director is ready did not come true within 20.0 s\n  where: x", { code: "WAIT_DEADLINE" }),
    }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "knows it by the error alone where the run had a second bed",
    run: { ...ofRun(...fullNode, pendingPod), bed: "sim-2", error: wire("[RESTORE_FAILED] the bed sim-2 could not be restored") },
    failure: ofTest({
      plan: "TCID-A",
      error: wire("Error: [RESTORE_FAILED] the bed sim-2 could not be restored\n  where: x", { code: "RESTORE_FAILED" }),
    }),
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "does not give it another test's preparation",
    run: { ...ofRun(...fullNode, pendingPod), error: wire("[WAIT_DEADLINE] Director is ready did not come true within 20.0 s") },
    failure: ofTest({
      plan: "TCID-A",
      error: wire("[WAIT_DEADLINE] the alert is there did not come true within 5.0 s", { code: "WAIT_DEADLINE" }),
    }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "blames the snapshot for a revert that failed",
    run: ofRun({
      kind: "restore.step",
      at: at(50),
      scope: { vm: "vm-1" },
      data: { phase: "revert", subject: "vm-1", outcome: "failed", because: "NoDiskSpace" },
    }),
    failure: ofTest({ plan: "TCID-A", error: wire("[RESTORE_FAILED] the bed could not be restored", { code: "RESTORE_FAILED" }) }),
    verdict: ["esx.snapshot-revert-failed", "infrastructure"],
  },
  {
    title: "does not blame the snapshot for a node that did not come back",
    run: ofRun({
      kind: "restore.step",
      at: at(50),
      scope: { node: "s-w1" },
      data: { phase: "nodes ready", subject: "s-w1", outcome: "failed", because: "NotReady" },
    }),
    failure: ofTest({ plan: "TCID-A", error: wire("[RESTORE_FAILED] the bed could not be restored", { code: "RESTORE_FAILED" }) }),
    verdict: ["unknown", "infrastructure"],
  },
  {
    title: "calls a wrong answer in a green environment functional",
    run: ofRun(...greenNodes),
    failure: ofTest({ plan: "TCID-A", error: wire("expect(received).toBe(expected)") }),
    verdict: ["product.functional", "product"],
  },
  {
    title: "does not call it functional when nobody looked at the nodes",
    run: ofRun(),
    failure: ofTest({ plan: "TCID-A", error: wire("expect(received).toBe(expected)") }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "does not call it functional when the collector of the cluster got nothing",
    run: ofRun(...greenNodes),
    failure: { ...ofTest({ plan: "TCID-A" }), gaps: [{ collector: "kube events", because: "connection refused" }] },
    verdict: ["unknown", "unknown"],
  },
  {
    title: "leaves a test that ran out of time unexplained, green or not",
    run: ofRun(...greenNodes),
    failure: ofTest({ plan: "TCID-A", error: wire("Test timeout of 30000ms exceeded.") }),
    verdict: ["unknown", "unknown"],
  },
  {
    title: "calls our own mistakes harness",
    run: ofRun(...greenNodes),
    failure: ofTest({ plan: "TCID-A", error: wire("TypeError: cannot read properties of undefined") }),
    verdict: ["test.harness", "test"],
  },
  {
    title: "blames the test that left the bed changed, not the product",
    run: ofRun(...greenNodes),
    failure: ofTest({ plan: "TCID-A", error: wire("[TEST_LEFT_CHANGES] the test left 1 difference", { code: "TEST_LEFT_CHANGES" }) }),
    verdict: ["test.isolation", "test"],
  },
  {
    title: "reads the cause off a code that names it",
    run: ofRun(),
    failure: ofTest({ plan: "TCID-A", error: wire("[TLS_EXPIRED] certificate of lab expired", { code: "TLS_EXPIRED" }) }),
    verdict: ["cert.expired", "infrastructure"],
  },
  {
    title: "keeps the class of a code whose cause it does not know",
    run: ofRun(),
    failure: ofTest({ plan: "TCID-A", error: wire("[SET_MISSING] no set", { code: "SET_MISSING" }) }),
    verdict: ["unknown", "infrastructure"],
  },
  {
    title: "does not exonerate the product when a call got no answer",
    run: ofRun(),
    failure: ofTest({ plan: "TCID-A", error: wire("[CONNECTION_REFUSED] nothing listens", { code: "CONNECTION_REFUSED" }) }),
    verdict: ["unknown", "unknown"],
  },
];

describe("one failure", () => {
  test.each(rows)("$title", ({ run, failure, verdict }) => {
    const { incidents } = diagnose({ run: "r1", evidences: [run, failure] });
    const incident = incidents.find(({ tests }) => tests.length > 0);
    expect([incident?.cause, incident?.class]).toEqual(verdict);
    expect(incident?.tests).toEqual([identity("TCID-A")]);
  });
});

test("tells with an incident the facts that speak against it", () => {
  const wellAgain = node(100, "s-w1", { ...READY, ...disk(0.6, 0.6) });
  const { incidents } = diagnose({ run: "r1", evidences: [ofRun(...fullNode, wellAgain)] });
  expect(incidents.map(({ cause, against }) => [cause, against])).toEqual([["node.disk-pressure", [wellAgain]]]);
});

test("explains what is downstream by what is upstream and began no later", () => {
  const crash = pod(
    90,
    { name: "maya-ui-1", node: "s-w1" },
    { phase: "Running", ready: false, container: "ui", "terminated.exitCode": 1, "terminated.finishedAt": at(80) },
  );
  const { incidents } = diagnose({ run: "r1", evidences: [ofRun(...fullNode, crash)] });
  expect(incidents.map(({ cause }) => cause)).toEqual(["node.disk-pressure"]);
});

test("keeps a crash that came long before the disk was full", () => {
  const crash = pod(
    90,
    { name: "maya-ui-1", node: "s-w1" },
    { phase: "Running", ready: false, container: "ui", "terminated.exitCode": 1, "terminated.finishedAt": at(80) },
  );
  const late = event(1800, { kind: "Node", name: "s-w1" }, { reason: "FreeDiskSpaceFailed" });
  const failure = ofTest({ plan: "TCID-A", facts: [pendingPod] });
  const { incidents } = diagnose({ run: "r1", evidences: [ofRun(crash, late), failure] });
  expect(incidents.map(({ cause, tests }) => [cause, tests.length])).toEqual([
    ["product.crash", 1],
    ["node.disk-pressure", 0],
  ]);
});

test("finds two causes behind 300 failures and leaves none of them out", () => {
  const missing = event(
    1500,
    { namespace: "openebs", cluster: "member", kind: "Pod", name: "ndm-1" },
    {
      reason: "Failed",
      message: 'Failed to pull image "reg.lab/openebs/ndm:9": manifest unknown',
    },
  );
  const onDirector = Array.from({ length: 200 }, (_, n) => ofTest({ plan: `TCID-D${n}`, from: 100 + n, to: 160 + n, facts: [pendingPod] }));
  const onOpenEbs = Array.from({ length: 100 }, (_, n) =>
    ofTest({
      plan: `TCID-O${n}`,
      from: 1600 + n,
      to: 1700 + n,
      facts: [pod(1650, { cluster: "member", namespace: "openebs", name: "ndm-1" }, { phase: "Pending" })],
    }),
  );
  const diagnosis = diagnose({ run: "r1", evidences: [ofRun(...fullNode, missing), ...onDirector, ...onOpenEbs] });
  expect(diagnosis.incidents.map(({ id, cause, class: klass, tests }) => [id, cause, klass, tests.length])).toEqual([
    ["C1", "node.disk-pressure", "infrastructure", 200],
    ["C2", "registry.image-missing", "product", 100],
  ]);
  expect(diagnosisSchema.parse(diagnosis)).toEqual(diagnosis);
});

test("gathers failures of one kind under one incident, whatever their numbers", () => {
  const evidences = [1, 2, 3].map((n) => ofTest({ plan: `TCID-${n}`, error: wire(`TypeError: row ${n} of table`) }));
  const { incidents } = diagnose({ run: "r1", evidences });
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.tests).toHaveLength(3);
});

test("says of the unknown what would have decided it", () => {
  const failure = { ...ofTest({ plan: "TCID-A" }), gaps: [{ collector: "events", because: "403 for the collector" }] };
  const { incidents } = diagnose({ run: "r1", evidences: [failure] });
  expect(incidents[0]?.remedy).toBe(
    "Not explained. Whether the environment was green is not known (nobody looked at the nodes at that time). Collectors without an answer: events (403 for the collector). Look at the test's own attachments.",
  );
});

test("answers an empty run with no incident", () => {
  expect(diagnose({ run: "r1", evidences: [] })).toEqual({ schema: "kubera-e2e/diagnosis@1", run: "r1", incidents: [] });
});

const PLACES = ["s-w1", "s-w2"] as const;

test.each([
  {
    title: "silent kubelets",
    facts: PLACES.map((name) => node(60, name, { "Ready.status": "Unknown", "Ready.reason": "NodeStatusUnknown" })),
    summary: "The kubelets of 2 nodes of cluster server are silent since 2026-05-04T09:01:00.000Z: s-w1 and s-w2.",
  },
  {
    title: "missing images",
    facts: ["a", "b"].map((name) =>
      event(
        5,
        { namespace: "kubera", kind: "Pod", name },
        { reason: "Failed", message: `Failed to pull image "reg.lab/${name}:9": manifest unknown` },
      ),
    ),
    summary: "2 images do not exist in their registry: reg.lab/a:9 and reg.lab/b:9.",
  },
  {
    title: "full disks nobody measured",
    facts: PLACES.map((name) => node(60, name, { "DiskPressure.status": "True" })),
    summary: "Disk pressure on 2 nodes of cluster server: s-w1 and s-w2 (nearly full). They evict pods and take no new ones.",
  },
])("tells $title of one cluster as one incident", ({ facts, summary }) => {
  const { incidents } = diagnose({ run: "r1", evidences: [ofRun(...facts)] });
  expect(incidents.map((incident) => [incident.summary, incident.parts?.length])).toEqual([[summary, 2]]);
});

test("keeps two crashing workloads apart: each is a cause of its own", () => {
  const crashing = (name: string) =>
    pod(90, name, { phase: "Running", ready: false, "terminated.exitCode": 1, "terminated.finishedAt": at(80) });
  const { incidents } = diagnose({ run: "r1", evidences: [ofRun(crashing("maya-ui-0"), crashing("mysql-0"))] });
  expect(incidents.map(({ cause }) => cause)).toEqual(["product.crash", "product.crash"]);
});

const noAnswer = (cluster: string): Evidence["gaps"] =>
  ["nodes", "pods", "workloads"].map((kind) => ({
    collector: `${kind} ${cluster}`,
    because: "[CONNECTION_REFUSED] nothing listens there",
  }));

test.each([
  ["no API server of the bed answered", [...noAnswer("server"), ...noAnswer("member")], "network.lab-unreachable"],
  ["one of them was forbidden to answer", [...noAnswer("server"), { collector: "pods member", because: "[FORBIDDEN] 403" }], "unknown"],
])("when a test had failed and %s, it is %s", (_title, gaps, cause) => {
  const error = wire("Error: expect(received).toBe(expected)");
  const { incidents } = diagnose({ run: "r1", evidences: [{ ...ofTest({ plan: "TCID-A", error }), gaps }] });
  expect(incidents.map((incident) => incident.cause)).toEqual([cause]);
});
