import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import type { WireError } from "@kubera-e2e/schema/error-wire";
import { describe, expect, test } from "vitest";
import { diagnose } from "../src/index.ts";
import { wire } from "./facts-of.ts";
import { moved, movedWhole, offset, ofTheRun, onCluster, recorded } from "./recordings.ts";

const MINUTE_MS = 60_000;

/** Director was to be installed while all workers of its cluster were full. */
const full = recorded("install-on-full-disks");
/** A bare assertion about an answer of Director, seconds after its bed was restored: mysql-0 was not Ready for a moment. */
const plain = recorded("assertion-after-boot");
const plainInstall = recorded("assertion-after-restore");

const byKind = ({ facts }: Evidence, kind: Fact["kind"]): Fact[] => facts.filter((fact) => fact.kind === kind);
const greenNodes = byKind(plain, "kubernetes.node");
const momentMs = Date.parse(plain.window.to);
const at = (seconds: number): string => new Date(momentMs + seconds * 1000).toISOString();

/** A failure of the green bed: other facts beside its healthy nodes, and another error. */
const onGreen = (error: WireError, facts: readonly Fact[]): Evidence => ({
  ...plain,
  window: { from: at(-120), to: at(0) },
  error,
  facts: [...greenNodes, ...facts],
});

const DIRECTOR = { urlHost: "10.43.0.7:80", cluster: "server", namespace: "kubera" };
const call = (data: Fact["data"], scope: Fact["scope"] = DIRECTOR): Fact => ({
  kind: "http.exchange",
  at: at(-1),
  scope,
  data: { method: "GET", url: `http://${DIRECTOR.urlHost}/v3/groups/1a2/clusters`, durationMs: 12, ...data },
});
const podAt = (name: string, node: string, data: Fact["data"]): Fact => ({
  kind: "kubernetes.pod",
  at: at(0),
  scope: { bed: "sim", cluster: "server", namespace: "kubera", kind: "Pod", name, node },
  data: { ready: false, container: "main", ...data },
});
const warning = (pod: string, node: string, data: Fact["data"]): Fact => ({
  kind: "kubernetes.event",
  at: at(-60),
  scope: { bed: "sim", cluster: "server", namespace: "kubera", kind: "Pod", name: pod, node },
  data: { type: "Warning", "source.component": "kubelet", "source.host": node, ...data },
});
const notAvailable = (workload: string): WireError =>
  wire(`KuberaError: [WAIT_DEADLINE] Deployment kubera/${workload} is available did not come true within 30.0 s`, {
    code: "WAIT_DEADLINE",
  });
const assertion = wire("Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 200\nReceived: 500");

/** Two pods of Director on two nodes that cannot pull, in the runtime's words. */
const failedPull = (because: string, nodes: readonly [string, string] = ["server-worker1", "server-worker2"]): Evidence => {
  const pods = [
    ["maya-ui-9t75ls5g78-hkqm7", nodes[0]],
    ["maya-ui-9t75ls5g78-4m9qx", nodes[1]],
  ] as const;
  const image = "registry.lab:5000/mayadata/maya-ui:1.12.0";
  const facts = pods.flatMap(([name, node]) => [
    warning(name, node, { reason: "Failed", message: `Failed to pull image "${image}": rpc error: code = ${because}` }),
    warning(name, node, { reason: "Failed", message: "Error: ImagePullBackOff" }),
    podAt(name, node, {
      phase: "Pending",
      image,
      "waiting.reason": "ImagePullBackOff",
      "waiting.message": `Back-off pulling image "${image}"`,
    }),
  ]);
  return onGreen(notAvailable("maya-ui"), facts);
};

const crashing = podAt("maya-io-f6c644m6qk-wzcxc", "server-worker2", {
  phase: "Running",
  restartCount: 4,
  "waiting.reason": "CrashLoopBackOff",
  "waiting.message": "back-off 1m20s restarting failed container",
  "lastState.terminated.exitCode": 2,
  "lastState.terminated.reason": "Error",
  "lastState.terminated.finishedAt": at(-20),
});

const silentNode = (fact: Fact): Fact =>
  fact.scope.node === "server-worker2"
    ? {
        ...fact,
        data: {
          ...fact.data,
          "Ready.status": "Unknown",
          "Ready.reason": "NodeStatusUnknown",
          "Ready.lastTransitionTime": at(-70),
        },
      }
    : fact;
const refused = call({ error: "CONNECTION_REFUSED" });
const refusal = wire("KuberaError: [CONNECTION_REFUSED] nothing listens at 10.43.0.7:80", { code: "CONNECTION_REFUSED" });
const onDeadNode = (): Evidence => {
  const evidence = onGreen(refusal, [refused, podAt("maya-io-f6c644m6qk-wzcxc", "server-worker2", { phase: "Running" })]);
  return { ...evidence, facts: evidence.facts.map(silentNode) };
};

/** The kubelet says the disk has room again, and its condition does not know it yet. */
const lingering = (fact: Fact): Fact =>
  fact.scope.node === "server-worker1" && fact.kind === "kubernetes.node"
    ? { ...fact, data: { ...fact.data, "DiskPressure.status": "True", "DiskPressure.lastTransitionTime": at(-400) } }
    : fact;

/** How long after the begin of its window the disks of the recording were full. */
const FULL_ONSET_MS = Date.parse("2026-11-24T08:09:41.000Z") - Date.parse(full.window.from);
const fullAt = (ms: number): Evidence => ofTheRun(movedWhole(full, offset(full, plain) + ms));
const healthyAgain: Evidence = { ...ofTheRun(plain), facts: moved(greenNodes, -20 * MINUTE_MS) };
const fullMember: Evidence = { ...fullAt(0), facts: onCluster(fullAt(0).facts, "server", "member") };

/** One of the three alone: what it said of itself, and the pods that it evicted. */
const oneFullNode: Evidence = { ...fullAt(0), facts: fullAt(0).facts.filter(({ scope }) => scope.node === "server-worker1") };
const notReady = (pod: string, node: string): Fact => podAt(pod, node, { phase: "Running" });

/** The same, still full when the next test had failed, and with pods that wait for room. */
const stillFull: Evidence = {
  ...oneFullNode,
  facts: [...oneFullNode.facts, ...fullAt(0).facts.filter(({ data }) => data["PodScheduled.reason"] === "Unschedulable")],
};
const withoutFullNode = (evidence: Evidence): Evidence => ({
  ...evidence,
  facts: evidence.facts.filter(({ kind, scope }) => kind !== "kubernetes.node" || scope.node !== "server-worker1"),
});

const namesOfNodes = wire(
  'Error: expect(received).toEqual(expected) // deep equality\n\n  Array [\n-   "server-worker1",\n-   "server-worker2",\n+   "member-worker1",\n  ]',
);
/** A list of nodes, as a cluster's API server answered it. */
const listOf = (cluster: string): Fact =>
  call({ url: "https://10.0.0.7:6443/api/v1/nodes", status: 200 }, { urlHost: "10.0.0.7:6443", cluster });

/** A failure at which nobody looked at the nodes of its cluster. */
const unseenNodes = (evidence: Evidence): Evidence => ({
  ...evidence,
  facts: evidence.facts.filter(({ kind }) => kind !== "kubernetes.node"),
});
/** Disks of all workers of the server cluster, full since a moment in seconds from the failure. */
const fullSince = (seconds: number): Evidence => fullAt(momentMs + seconds * 1000 - FULL_ONSET_MS - Date.parse(plain.window.from));
const neverPushed = unseenNodes(failedPull("NotFound desc = manifest unknown: manifest unknown"));
const crashOfIo = unseenNodes(onGreen(notAvailable("maya-io"), [crashing]));

interface Row {
  readonly title: string;
  readonly evidences: readonly Evidence[];
  /** Of the incident that the one failed test is given to. */
  readonly verdict: readonly [cause: string, klass: string];
}

const rows: readonly Row[] = [
  { title: "full disks under an installation are the cause", evidences: [full], verdict: ["node.disk-pressure", "infrastructure"] },
  {
    title: "full disks under a preparation are the cause of the test that waited for it",
    evidences: [recorded("preparation-on-full-disks"), recorded("blocked-by-preparation")],
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "mysql-0, not Ready for a moment after its boot, explains no assertion",
    evidences: [plain],
    verdict: ["product.functional", "product"],
  },
  { title: "nor do the reboots of a restore", evidences: [plainInstall], verdict: ["product.functional", "product"] },
  {
    title: "disks that were full half an hour ago are not to blame",
    evidences: [fullAt(-30 * MINUTE_MS), healthyAgain, plain],
    verdict: ["product.functional", "product"],
  },
  {
    title: "disks that are full half an hour later are not to blame",
    evidences: [plain, fullAt(30 * MINUTE_MS)],
    verdict: ["product.functional", "product"],
  },
  {
    title: "what fails between two times at which its node was full is not the node's",
    evidences: [
      fullAt(-60 * MINUTE_MS),
      healthyAgain,
      onGreen(notAvailable("maya-cortex"), [notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker1")]),
      fullAt(60 * MINUTE_MS),
    ],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "a server error of Director is its own, although the disks of another cluster are full",
    evidences: [fullMember, onGreen(assertion, [call({ status: 500 })])],
    verdict: ["product.functional", "product"],
  },
  {
    title: "an answer that may tell of a full cluster stays unexplained",
    evidences: [fullMember, onGreen(assertion, [call({ status: 200 })])],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "a pod that fails on a healthy node is not the full node's, whose pods have long found others",
    evidences: [oneFullNode, onGreen(notAvailable("maya-cortex"), [notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker2")])],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "nor while that node is still full",
    evidences: [
      oneFullNode,
      withoutFullNode(onGreen(notAvailable("maya-cortex"), [notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker2")])),
    ],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "an image that was never pushed is the build's, although a node is full and pods wait for room",
    evidences: [
      stillFull,
      withoutFullNode(failedPull("NotFound desc = manifest unknown: manifest unknown", ["server-worker2", "server-worker3"])),
    ],
    verdict: ["registry.image-missing", "product"],
  },
  {
    title: "a pod that is not Ready while what it leans on waits for room is the full node's",
    evidences: [
      stillFull,
      withoutFullNode(onGreen(notAvailable("maya-cortex"), [notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker2")])),
    ],
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "a pod that fails on the full node is the full node's",
    evidences: [oneFullNode, onGreen(notAvailable("maya-cortex"), [notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker1")])],
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "an assertion whose values are names of full nodes is not those nodes'",
    evidences: [fullAt(0), unseenNodes(onGreen(namesOfNodes, [listOf("member")]))],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "nor when a pod is unwell on them, and the test called another cluster",
    evidences: [
      fullAt(0),
      unseenNodes(onGreen(namesOfNodes, [listOf("member"), notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker1")])),
    ],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "what is unwell on full nodes of the cluster that the test called is those nodes'",
    evidences: [
      fullAt(0),
      unseenNodes(onGreen(namesOfNodes, [listOf("server"), notReady("maya-cortex-f6c644m6qk-wzcxc", "server-worker1")])),
    ],
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "an image that was never pushed is the build's, although the disks of its nodes are full four seconds later",
    evidences: [fullSince(-56), neverPushed],
    verdict: ["registry.image-missing", "product"],
  },
  {
    title: "nor did disks that were full before bring that about",
    evidences: [fullSince(-90), neverPushed],
    verdict: ["registry.image-missing", "product"],
  },
  {
    title: "what crashed before the disk of its node was full is the product's",
    evidences: [fullSince(-16), crashOfIo],
    verdict: ["product.crash", "product"],
  },
  {
    title: "what crashed after that is the full node's",
    evidences: [fullSince(-24), crashOfIo],
    verdict: ["node.disk-pressure", "infrastructure"],
  },
  {
    title: "pressure that lingers on a disk with room explains no assertion",
    evidences: [{ ...plain, facts: plain.facts.map(lingering) }],
    verdict: ["product.functional", "product"],
  },
  {
    title: "an image that was never pushed is the build's",
    evidences: [failedPull("NotFound desc = manifest unknown: manifest unknown")],
    verdict: ["registry.image-missing", "product"],
  },
  {
    title: "a registry that is down is the registry's",
    evidences: [failedPull("Unknown desc = dial tcp 10.0.0.9:5000: connect: connection refused")],
    verdict: ["registry.unavailable", "infrastructure"],
  },
  {
    title: "a registry that answers 429 is its quota's",
    evidences: [
      failedPull("Unknown desc = unexpected status code [manifests 1.12.0]: 429 Too Many Requests - toomanyrequests: rate limit"),
    ],
    verdict: ["registry.rate-limited", "infrastructure"],
  },
  {
    title: "a pull without progress has two owners, and stays unexplained",
    evidences: [
      failedPull('Canceled desc = failed to pull and unpack image "registry.lab:5000/mayadata/maya-ui:1.12.0": context canceled'),
    ],
    verdict: ["unknown", "unknown"],
  },
  {
    title: "a workload of Director that crashes is the product's",
    evidences: [onGreen(notAvailable("maya-io"), [crashing])],
    verdict: ["product.crash", "product"],
  },
  {
    title: "so is a call that nobody answers while it crashes",
    evidences: [onGreen(assertion, [crashing, call({ status: 503 })])],
    verdict: ["product.crash", "product"],
  },
  {
    title: "a server error in a green environment is the product's",
    evidences: [onGreen(assertion, [call({ status: 500 })])],
    verdict: ["product.functional", "product"],
  },
  {
    title: "an assertion in a green environment is the product's",
    evidences: [onGreen(assertion, [call({ status: 200 })])],
    verdict: ["product.functional", "product"],
  },
  {
    title: "a mistake of the suite in a green environment is the suite's",
    evidences: [onGreen(wire("TypeError: clusters is not iterable"), [call({ status: 200 })])],
    verdict: ["test.harness", "test"],
  },
  {
    title: "a refused connection to Director on a dead node is the node's",
    evidences: [onDeadNode()],
    verdict: ["node.kubelet-down", "infrastructure"],
  },
  {
    title: "a refused connection to Director in a green environment is the product's",
    evidences: [onGreen(refusal, [refused])],
    verdict: ["product.functional", "product"],
  },
  {
    title: "a connection that timed out in a green environment stays unexplained",
    evidences: [onGreen(wire("[TIMED_OUT] no answer from 10.43.0.7:80", { code: "TIMED_OUT" }), [call({ error: "TIMED_OUT" })])],
    verdict: ["unknown", "unknown"],
  },
];

describe("twins", () => {
  test.each(rows)("$title", ({ evidences, verdict }) => {
    const felt = diagnose({ run: "r1", evidences }).incidents.filter(({ tests }) => tests.length > 0);
    expect(felt.map(({ cause, class: klass, tests }) => [cause, klass, tests.length])).toEqual([[...verdict, 1]]);
    expect(felt[0]?.remedy).not.toMatch(/undefined|NaN/);
  });
});

test("three full nodes are one incident, with its places and its times", () => {
  const { incidents } = diagnose({ run: "r1", evidences: [full] });
  expect(incidents).toHaveLength(1);
  const [incident] = incidents;
  expect(incident?.scope).toEqual({ cluster: "server" });
  expect(incident?.parts?.map(({ scope }) => scope)).toEqual(
    ["server-worker1", "server-worker2", "server-worker3"].map((node) => ({ cluster: "server", node })),
  );
  expect(incident?.window).toEqual({ from: "2026-11-24T08:09:41.000Z", to: full.window.to });
  expect(incident?.summary).toBe(
    "Disk pressure on 3 nodes of cluster server: server-worker1, server-worker2 and server-worker3 (file system 97 % used). They evict pods and take no new ones.",
  );
});

test("full disks of two clusters are two incidents", () => {
  const { incidents } = diagnose({ run: "r1", evidences: [fullAt(0), fullMember] });
  expect(new Set(incidents.map(({ cause, scope }) => `${cause} ${scope.cluster}`))).toEqual(
    new Set(["node.disk-pressure member", "node.disk-pressure server"]),
  );
  expect(incidents).toHaveLength(2);
});

test("full disks at two times of a run are two incidents", () => {
  const wellBetween: Evidence = { ...ofTheRun(plain), facts: moved(greenNodes, 20 * MINUTE_MS) };
  const { incidents } = diagnose({ run: "r1", evidences: [fullAt(0), wellBetween, fullAt(60 * MINUTE_MS)] });
  expect(incidents.map(({ cause, parts }) => [cause, parts?.length])).toEqual([
    ["node.disk-pressure", 3],
    ["node.disk-pressure", 3],
  ]);
});
