import { expect, test } from "vitest";
import { KINDS, probes, type KubeProbe } from "../src/index.ts";
import { look, lookAfter, type Thing } from "./look.ts";

const REF = { namespace: "kubera", name: "maya-io" };

const thing = (kind: { apiVersion: string; kind: string }, ...[spec, status, metadata = {}]: [object, object, object?]): Thing => ({
  ...kind,
  metadata: { name: "maya-io", namespace: "kubera", generation: 2, labels: { app: "maya-io" }, ...metadata },
  spec,
  status,
});

const waiting = (reason: string, restartCount = 0, rest: object = {}) => ({
  name: "maya-io",
  ready: false,
  restartCount,
  state: { waiting: { reason, message: "told" } },
  ...rest,
});

const podWith = (status: object): Thing => thing(KINDS.pod, {}, { phase: "Pending", startTime: "2026-11-24T11:54:00Z", ...status });
const READY = [{ type: "Ready", status: "True" }];
const CRASHED = { lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } } };

test.each([
  ["a ready pod", podWith({ conditions: READY }), "reached"],
  [
    "one not ready",
    podWith({ containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { running: {} } }] }),
    "not yet: pod maya-io: container c is running, not ready",
  ],
  [
    "one nobody takes",
    podWith({
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/4: {node.kubernetes.io/disk-pressure: }" },
      ],
    }),
    "not yet: pod maya-io: Unschedulable: 0/4: {node.kubernetes.io/disk-pressure: }",
  ],
  [
    "one waiting in an init container",
    podWith({ initContainerStatuses: [{ name: "wait-for", ready: false, restartCount: 0, state: { running: {} } }] }),
    "not yet: pod maya-io: init container wait-for is running, not ready",
  ],
  [
    "an early crash",
    podWith({ containerStatuses: [waiting("CrashLoopBackOff", 1, CRASHED)] }),
    "not yet: pod maya-io: container maya-io is CrashLoopBackOff (told)",
  ],
  [
    "a crash loop",
    podWith({ containerStatuses: [waiting("CrashLoopBackOff", 2, CRASHED)] }),
    "never: pod maya-io: container maya-io: CrashLoopBackOff after 2 restarts, last exit code 137 (OOMKilled)",
  ],
  [
    "an invalid image name",
    podWith({ containerStatuses: [waiting("InvalidImageName")] }),
    "never: pod maya-io: container maya-io: InvalidImageName: told",
  ],
  [
    "an image that is never pulled",
    podWith({ containerStatuses: [waiting("ErrImageNeverPull")] }),
    "never: pod maya-io: container maya-io: ErrImageNeverPull: told",
  ],
  [
    "a missing ConfigMap",
    podWith({ initContainerStatuses: [waiting("CreateContainerConfigError")] }),
    "never: pod maya-io: container maya-io: CreateContainerConfigError: told",
  ],
  [
    "a pull that fails for long",
    podWith({ containerStatuses: [waiting("ImagePullBackOff")] }),
    "never: pod maya-io: container maya-io: ImagePullBackOff for longer than 300 s: told",
  ],
  [
    "an evicted pod of somebody, whose container never came to be",
    thing(
      KINDS.pod,
      {},
      { phase: "Failed", reason: "Evicted", message: "low on disk", containerStatuses: [waiting("InvalidImageName")] },
      {
        ownerReferences: [{ kind: "ReplicaSet", name: "maya-io" }],
      },
    ),
    "not yet: pod maya-io: it failed: Evicted: low on disk",
  ],
  [
    "a hopeless one that is being deleted",
    thing(KINDS.pod, {}, { containerStatuses: [waiting("InvalidImageName")] }, { deletionTimestamp: "2026-11-24T11:59:00Z" }),
    "not yet: pod maya-io: it is being deleted",
  ],
  [
    "an evicted pod of nobody",
    podWith({ phase: "Failed", reason: "Evicted", message: "low on disk" }),
    "never: pod maya-io: it failed: Evicted: low on disk",
  ],
])("podReady sees %s", (_name, pod, told) => {
  expect(look(probes.podReady(REF), pod)).toBe(told);
});

test("podReady waits for a pod that is not there", () => {
  expect(look(probes.podReady(REF))).toBe("not yet: there is no such pod");
});

test.each([
  ["a pull", "ErrImagePull", 300_000],
  ["what is missing", "CreateContainerConfigError", 20_000],
])("%s has a grace, by the wait's own clock and not by the times that a cluster tells", (_name, reason, graceMs) => {
  const old = podWith({ startTime: "2026-11-01T00:00:00Z", containerStatuses: [waiting(reason)] });
  expect(lookAfter(graceMs, probes.podReady(REF), old)).toMatch(/^not yet/);
  expect(lookAfter(graceMs + 1, probes.podReady(REF), old)).toMatch(/^never/);
  expect(lookAfter(graceMs + 1, probes.podReady(REF, { pullGraceMs: 600_000, configGraceMs: 600_000 }), old)).toMatch(/^not yet/);
});

const selector = { selector: { matchLabels: { app: "maya-io" } } };
const deployment = (status: object, spec: object = {}): Thing =>
  thing(KINDS.deployment, { replicas: 2, ...selector, ...spec }, { observedGeneration: 2, ...status });
const stateful = (status: object): Thing => thing(KINDS.statefulSet, { replicas: 1, ...selector }, { observedGeneration: 2, ...status });
const daemon = (status: object): Thing => thing(KINDS.daemonSet, selector, { observedGeneration: 2, ...status });
const job = (status: object): Thing => thing(KINDS.job, { completions: 1 }, status);

test.each([
  ["available", probes.deploymentAvailable(REF), deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), "reached"],
  [
    "stale",
    probes.deploymentAvailable(REF),
    deployment({ observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    "not yet: its controller has not seen its newest form yet",
  ],
  [
    "half rolled out",
    probes.deploymentAvailable(REF),
    deployment({ replicas: 3, updatedReplicas: 1, availableReplicas: 2 }),
    "not yet: 1 of 2 replicas are of its newest form",
  ],
  [
    "with old pods left",
    probes.deploymentAvailable(REF),
    deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }),
    "not yet: 1 replicas of its old form are left",
  ],
  [
    "half available",
    probes.deploymentAvailable(REF),
    deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
    "not yet: 1 of 2 replicas are available",
  ],
  ["scaled to nothing", probes.deploymentAvailable(REF), deployment({}, { replicas: 0 }), "reached"],
  ["ready", probes.statefulSetReady(REF), stateful({ readyReplicas: 1, updatedReplicas: 1 }), "reached"],
  ["not ready", probes.statefulSetReady(REF), stateful({ updatedReplicas: 1 }), "not yet: 0 of 1 replicas are ready"],
  ["of an old form", probes.statefulSetReady(REF), stateful({ readyReplicas: 1 }), "not yet: 0 of 1 replicas are of its newest form"],
  [
    "on every node",
    probes.daemonSetReady(REF),
    daemon({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 }),
    "reached",
  ],
  ["on no node", probes.daemonSetReady(REF), daemon({ desiredNumberScheduled: 0 }), "not yet: no node is wanted for it"],
  [
    "on some nodes",
    probes.daemonSetReady(REF),
    daemon({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 }),
    "not yet: 2 of 3 nodes run it ready",
  ],
  ["complete", probes.jobComplete(REF), job({ conditions: [{ type: "Complete", status: "True" }] }), "reached"],
  ["active", probes.jobComplete(REF), job({ active: 1, failed: 2 }), "not yet: 0 of 1 completions, 1 pods active, 2 failed"],
  [
    "failed",
    probes.jobComplete(REF),
    job({ conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "it gave up" }] }),
    "never: it failed: BackoffLimitExceeded: it gave up",
  ],
] as readonly [string, KubeProbe<unknown>, Thing, string][])("sees a workload %s", (...[, probe, object, told]) => {
  expect(look(probe, object)).toBe(told);
});

test.each([
  ["Deployment", "Deployment kubera/maya-io is available"],
  ["StatefulSet", "StatefulSet kubera/maya-io is ready"],
  ["DaemonSet", "DaemonSet kubera/maya-io is ready"],
] as const)("waits for a %s by its own rule", (kind, what) => {
  expect(probes.workloadReady({ kind, ...REF }).what).toBe(what);
});

test("blames the hopeless pod of a workload", () => {
  const broken = podWith({ containerStatuses: [waiting("InvalidImageName")] });
  expect(look(probes.deploymentAvailable(REF), deployment({ replicas: 2, updatedReplicas: 2 }), broken)).toBe(
    "never: 0 of 2 replicas are available; pod maya-io: container maya-io: InvalidImageName: told",
  );
});

const node = (name: string, bootID: string, ready: string): Thing => ({
  ...KINDS.node,
  metadata: { name },
  status: { nodeInfo: { bootID }, conditions: [{ type: "Ready", status: ready, reason: "KubeletDown", message: "silence" }] },
});

test.each([
  ["ready", [node("n1", "new", "True"), node("n2", "new", "True")], "reached"],
  ["unreachable", [node("n1", "new", "True"), node("n2", "new", "Unknown")], "not yet: 1 of 2 are not: n2: KubeletDown: silence"],
  ["missing", [node("n1", "new", "True")], "not yet: 1 of 2 are not: n2: there is no such node"],
  [
    "ready from before",
    [node("n1", "new", "True"), node("n2", "old", "True")],
    "not yet: 1 of 2 are not: n2: it still carries its old boot id",
  ],
])("sees nodes %s", (_name, nodes, told) => {
  const oldBootIds = new Map([
    ["n1", "old"],
    ["n2", "old"],
  ]);
  expect(look(probes.nodesReady(["n1", "n2"], { oldBootIds }), ...nodes)).toBe(told);
});

const namespace = (metadata: object, rest: object = {}): Thing => ({
  ...KINDS.namespace,
  metadata: { name: "openebs", ...metadata },
  ...rest,
});
const deletionTimestamp = "2026-11-24T11:00:00Z";

test.each([
  ["gone", [], "reached"],
  ["alive", [namespace({})], "not yet: nobody has asked for its deletion"],
  [
    "held by a finalizer",
    [namespace({ deletionTimestamp }, { spec: { finalizers: ["kubernetes"] } })],
    "not yet: it is Terminating: held by finalizer kubernetes",
  ],
  [
    "held by what is in it",
    [
      namespace(
        { deletionTimestamp, finalizers: ["mayadata.io/x"] },
        {
          spec: { finalizers: ["kubernetes"] },
          status: { conditions: [{ type: "NamespaceFinalizersRemaining", status: "True", message: "cvr has a finalizer" }] },
        },
      ),
    ],
    "not yet: it is Terminating: held by finalizers kubernetes, mayadata.io/x; cvr has a finalizer",
  ],
])("sees a namespace %s", (_name, namespaces, told) => {
  expect(look(probes.namespaceGone("openebs"), ...namespaces)).toBe(told);
});
