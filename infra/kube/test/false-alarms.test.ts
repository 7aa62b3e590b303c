import { describe, expect, test } from "vitest";
import { KINDS, probes, type KubeProbe } from "../src/index.ts";
import { restartsInARow } from "../src/probes/crash-loop.ts";
import { WaitMemory } from "../src/wait-memory.ts";
import { look, type Thing } from "./look.ts";

const REF = { namespace: "kubera", name: "a" };
const SPEC = { replicas: 1, selector: { matchLabels: { app: "a" } } };

interface Named {
  readonly name?: string;
  readonly labels?: object;
  readonly [field: string]: unknown;
}

const thing = (kind: { apiVersion: string; kind: string }, metadata: Named, rest: object): Thing => ({
  ...kind,
  ...rest,
  metadata: { name: "a", namespace: "kubera", ...metadata },
});
const broken = (labels: object, owner: object = {}): Thing =>
  thing(
    KINDS.pod,
    { name: "a-1", labels: { app: "a", ...labels }, ownerReferences: [owner] },
    { status: { containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } }] } },
  );

const revision = (value: string) => ({ annotations: { "deployment.kubernetes.io/revision": value } });
const deployment = (status: object = {}): Thing =>
  thing(KINDS.deployment, revision("2"), { spec: SPEC, status: { updatedReplicas: 1, ...status } });
const replicaSet = (value: string, form: string): Thing =>
  thing(KINDS.replicaSet, { name: `a-${form}`, ownerReferences: [{ kind: "Deployment", name: "a" }], ...revision(value) }, {});
const madeBy = (form: string): Thing => broken({}, { kind: "ReplicaSet", name: `a-${form}` });

const stateful = (status: object): Thing => thing(KINDS.statefulSet, {}, { spec: SPEC, status: { updatedReplicas: 1, ...status } });
const daemon = (annotations: object, updated = 1): Thing =>
  thing(KINDS.daemonSet, { annotations }, { spec: SPEC, status: { desiredNumberScheduled: 1, updatedNumberScheduled: updated } });
const GENERATION = { "deprecated.daemonset.template.generation": "2" };

describe("a hopeless pod ends the wait for its workload only when it is of the newest form", () => {
  const available = probes.deploymentAvailable(REF);
  const setReady = probes.statefulSetReady(REF);
  const daemonReady = probes.daemonSetReady(REF);
  const sets = [replicaSet("1", "old"), replicaSet("2", "new")];
  test.each<["never" | "not yet", string, KubeProbe<unknown>, Thing[]]>([
    ["never", "of the newest ReplicaSet", available, [deployment(), ...sets, madeBy("new")]],
    ["not yet", "of an old ReplicaSet", available, [deployment(), ...sets, madeBy("old")]],
    [
      "not yet",
      "of an old ReplicaSet, the last one left",
      available,
      [deployment({ replicas: 2, availableReplicas: 1 }), ...sets, madeBy("old")],
    ],
    ["not yet", "while the newest ReplicaSet is not heard of yet", available, [deployment(), replicaSet("1", "old"), madeBy("old")]],
    ["never", "where nobody may read ReplicaSets", available, [deployment(), madeBy("one")]],
    ["not yet", "of two forms where nobody may read ReplicaSets", available, [deployment(), madeBy("one"), madeBy("two")]],
    ["never", "of the set's own revision", setReady, [stateful({ updateRevision: "r2" }), broken({ "controller-revision-hash": "r2" })]],
    [
      "not yet",
      "of the set's former revision",
      setReady,
      [stateful({ updateRevision: "r2" }), broken({ "controller-revision-hash": "r1" })],
    ],
    ["never", "of the generation of its DaemonSet", daemonReady, [daemon(GENERATION), broken({ "pod-template-generation": "2" })]],
    ["not yet", "of a former generation", daemonReady, [daemon(GENERATION), broken({ "pod-template-generation": "1" })]],
    ["not yet", "of a DaemonSet that has none of its newest form", daemonReady, [daemon({}, 0), broken({})]],
    ["never", "of a DaemonSet that tells no generation", daemonReady, [daemon({}), broken({})]],
  ])("%s: %s", (...[verdict, , probe, things]) => {
    expect(look(probe, ...things)).toMatch(new RegExp(`^${verdict}: `));
  });
});

const backOff = (pause: string) => `back-off ${pause} restarting failed container=c pod=a-1_kubera(u1)`;

test.each([
  ["a new pod", { seen: 0, now: 5 }, "40s", 5],
  ["a pod of a restored cluster that crashed long ago", { seen: 9, now: 10 }, "10s", 1],
  ["a loop that is older than the wait", { seen: 20, now: 20 }, "5m0s", 5],
  ["a loop that is younger, for what it lacks may be there by now", { seen: 3, now: 3 }, "40s", 0],
  ["such a loop once it has crashed again", { seen: 3, now: 4 }, "1m20s", 4],
  ["a loop whose kubelet pauses for other times", { seen: 20, now: 20 }, "3s", 0],
])("restarts in a row of %s", (...[, { seen, now }, pause, told]) => {
  const status = { name: "c", ready: false, restartCount: now, state: { waiting: { message: backOff(pause) } } };
  expect(restartsInARow(status, seen)).toBe(told);
});

test("a crash after a long run begins a row of its own", () => {
  const terminated = { exitCode: 1, startedAt: "2026-11-24T10:00:00Z", finishedAt: "2026-11-24T10:10:00Z" };
  const status = { name: "c", ready: false, restartCount: 3, state: { waiting: { message: backOff("10s") } }, lastState: { terminated } };
  expect(restartsInARow(status, 0)).toBe(1);
  expect(restartsInARow({ ...status, lastState: { terminated: { ...terminated, finishedAt: "2026-11-24T10:09:59Z" } } }, 0)).toBe(3);
});

describe("a condition of a resource whose controller has not seen its newest form", () => {
  const ref = { apiVersion: "example.com/v1", kind: "Gadget", ...REF };
  const gadget = (observed: object, ofCondition: object = {}): Thing =>
    thing(ref, { generation: 2 }, { status: { ...observed, conditions: [{ type: "Ready", status: "True", ...ofCondition }] } });
  test.each<[string, Thing, string]>([
    ["as its status tells", gadget({ observedGeneration: 1 }), "not yet: its controller has not seen its newest form yet"],
    ["as the condition tells", gadget({}, { observedGeneration: 1 }), "not yet: its controller has not seen its newest form yet"],
    ["and both have seen it", gadget({ observedGeneration: 2 }, { observedGeneration: 2 }), "reached"],
    ["and nobody tells", gadget({}), "reached"],
  ])("%s", (...[, one, told]) => {
    expect(look(probes.objectCondition(ref, { type: "Ready" }), one)).toBe(told);
  });
});

test("a count is compared with the least that it has been, whatever was not looked at between", () => {
  const memory = new WaitMemory({ monotonicMs: () => 0 });
  const seen = [3, undefined, 5, 1, undefined, 4].map((count) => {
    memory.beginLook();
    // A container that crashes at once is ready for a moment, and nobody counts then.
    return count === undefined ? undefined : memory.leastSeen("restarts", count);
  });
  expect(seen).toEqual([3, undefined, 3, 1, undefined, 1]);
});

test("what a wait has seen lasts as long as every look shows it, and no longer", () => {
  let nowMs = 0;
  const memory = new WaitMemory({ monotonicMs: () => nowMs });
  const lookAt = (ms: number, ...things: readonly [string, number][]): (readonly [number, number])[] => {
    nowMs = ms;
    memory.beginLook();
    return things.map(([what, now]) => {
      const { first, forMs } = memory.began(what, now);
      return [first, forMs] as const;
    });
  };
  expect(lookAt(0, ["a", 1])).toEqual([[1, 0]]);
  expect(lookAt(10, ["a", 2], ["b", 7])).toEqual([
    [1, 10],
    [7, 0],
  ]);
  expect(lookAt(20, ["b", 8])).toEqual([[7, 10]]);
  expect(lookAt(30, ["a", 3])).toEqual([[3, 0]]);
  memory.forget();
  expect(lookAt(40, ["a", 4])).toEqual([[4, 0]]);
});

const event = (reason: string, uid: string, kind = "Pod"): Thing =>
  thing(KINDS.event, { name: reason }, { reason, involvedObject: { kind, name: "a", namespace: "kubera", uid } });
const living = (metadata: object = {}): Thing => thing(KINDS.pod, { uid: "u2", ...metadata }, {});

describe("an event counts for the object that is there, and for no earlier one of its name", () => {
  const killed = probes.eventTold({ ...KINDS.pod, ...REF }, { reason: "Killing" });
  test.each<[string, KubeProbe<unknown>, Thing[], string]>([
    ["its own", killed, [living(), event("Killing", "u2")], "reached"],
    ["of the one before", killed, [living(), event("Killing", "u1")], "not yet: no event speaks of it"],
    ["of one that is gone", killed, [event("Killing", "u1")], "reached"],
    [
      "of a pod of a kubelet's own files",
      killed,
      [living({ annotations: { "kubernetes.io/config.mirror": "hash" } }), event("Killing", "hash")],
      "reached",
    ],
    [
      "of a node, which its kubelet calls by its name",
      probes.eventTold({ ...KINDS.node, name: "a" }, { reason: "Rebooted" }),
      [thing(KINDS.node, { uid: "u2" }, {}), event("Rebooted", "a", "Node")],
      "reached",
    ],
  ])("%s", (...[, probe, things, told]) => {
    expect(look(probe, ...things)).toBe(told);
  });
});
