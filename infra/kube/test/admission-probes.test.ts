import { describe, expect, test } from "vitest";
import { KINDS, probes, type KubeProbe, type KubeView } from "../src/index.ts";
import { refusedPods } from "../src/probes/refused-pods.ts";
import { WaitMemory } from "../src/wait-memory.ts";
import { look, lookAfter, type Thing } from "./look.ts";

const REF = { namespace: "kubera", name: "maya-io" };
const SPEC = { replicas: 2, selector: { matchLabels: { app: "maya-io" } } };

const thing = (kind: { apiVersion: string; kind: string }, rest: object, metadata: object = {}): Thing => ({
  ...kind,
  metadata: { name: "maya-io", namespace: "kubera", uid: "u1", labels: { app: "maya-io" }, ...metadata },
  ...rest,
});

const QUOTA = 'pods "maya-io-1" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10';
const WEBHOOK = 'admission webhook "pods.policy.io" denied the request: image comes from elsewhere';
const UNANSWERED = 'Internal error occurred: failed calling webhook "pods.policy.io": context deadline exceeded';

const deployment = (conditions: readonly object[] = []): Thing =>
  thing(KINDS.deployment, { spec: SPEC, status: { updatedReplicas: 2, conditions } });
const failing = (message: string): Thing => deployment([{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }]);
interface Told {
  readonly on: object;
  readonly at?: string;
  readonly message?: string;
}
const event = (reason: string, { on, at = "11:59:00", message = QUOTA }: Told): Thing => {
  const body = { type: "Warning", reason, message, involvedObject: on, lastTimestamp: `2026-11-24T${at}Z` };
  return thing(KINDS.event, body, { name: `${reason}${at}` });
};
const stateful = thing(KINDS.statefulSet, { spec: SPEC, status: { updatedReplicas: 2 } });
const OF_SET = { kind: "StatefulSet", name: "maya-io", uid: "u1" };

describe("pods that are refused", () => {
  const available = probes.deploymentAvailable(REF);
  const ready = probes.statefulSetReady(REF);
  const counted = { deployment: "0 of 2 replicas are available", set: "0 of 2 replicas are ready" };
  test.each<[string, KubeProbe<unknown>, Thing[], string]>([
    ["by a quota", available, [failing(QUOTA)], `never: ${counted.deployment}; its pods are refused: ${QUOTA}`],
    ["by a webhook", available, [failing(WEBHOOK)], `never: ${counted.deployment}; its pods are refused: ${WEBHOOK}`],
    ["for want of a webhook", available, [failing(UNANSWERED)], `not yet: ${counted.deployment}; its pods are refused: ${UNANSWERED}`],
    [
      "by a quota, as events tell",
      ready,
      [stateful, event("FailedCreate", { on: OF_SET })],
      `never: ${counted.set}; its pods are refused: ${QUOTA}`,
    ],
    [
      "no more",
      ready,
      [stateful, event("FailedCreate", { on: OF_SET }), event("SuccessfulCreate", { on: OF_SET, at: "11:59:10", message: "create Pod" })],
      `not yet: ${counted.set}`,
    ],
    ["before it was made anew", ready, [stateful, event("FailedCreate", { on: { ...OF_SET, uid: "u0" } })], `not yet: ${counted.set}`],
    ["of another set", ready, [stateful, event("FailedCreate", { on: { ...OF_SET, name: "other" } })], `not yet: ${counted.set}`],
    [
      "of a job",
      probes.jobComplete(REF),
      [thing(KINDS.job, { spec: { selector: SPEC.selector } }), event("FailedCreate", { on: { kind: "Job", name: "maya-io" } })],
      `never: 0 of 1 completions, 0 pods active, 0 failed; its pods are refused: ${QUOTA}`,
    ],
  ])("%s", (...[, probe, things, told]) => {
    expect(look(probe, ...things)).toBe(told);
  });

  test.each<[string, KubeProbe<unknown>, Thing[]]>([
    ["Deployment", available, [failing(QUOTA)]],
    ["StatefulSet", ready, [stateful, event("FailedCreate", { on: OF_SET })]],
  ])("by a quota that may be freed: a %s has ten seconds, for the last attempt is not the next one", (_kind, probe, things) => {
    expect(lookAfter(10_000, probe, ...things)).toContain("not yet: ");
    expect(lookAfter(10_001, probe, ...things)).toContain("never: ");
  });

  const leaving = thing({ apiVersion: "v1", kind: "Pod" }, {}, { name: "old", labels: {}, deletionTimestamp: "2026-11-24T11:59:50Z" });

  test("by a quota that pods are about to free wait for them, however long these take", () => {
    expect(look(available, failing(QUOTA), leaving)).toContain("not yet: ");
    expect(look(available, failing(WEBHOOK), leaving)).toContain("never: ");
  });

  test("by a quota that was freed have the time that lies between two attempts", () => {
    let nowMs = 0;
    const memory = new WaitMemory({ monotonicMs: () => nowMs });
    const lookAt = (ms: number, ...things: readonly Thing[]): boolean | undefined => {
      nowMs = ms;
      memory.beginLook();
      const view = {
        began: <T>(what: string, now: T) => memory.began(what, now),
        leastSeen: (what: string, count: number) => memory.leastSeen(what, count),
        list: ({ kind }: { readonly kind: string }) => things.filter((one) => one.kind === kind),
      } as unknown as KubeView;
      return refusedPods(view, failing(QUOTA))?.lasting;
    };
    expect(lookAt(0, leaving)).toBe(false);
    expect(lookAt(30_000, leaving)).toBe(false);
    expect(lookAt(30_001)).toBe(false);
    expect(lookAt(41_000)).toBe(false);
    expect(lookAt(60_001)).toBe(false);
    expect(lookAt(60_002)).toBe(true);
  });
});

const pod = (status: object, spec: object = {}): Thing => thing(KINDS.pod, { spec, status });
const unscheduled = (message: string, at: string): Thing =>
  pod({
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: `2026-11-24T${at}Z` }],
  });

describe("a pod that no node takes", () => {
  test.each([
    [
      "for longer than its grace",
      "0/3 nodes: Insufficient cpu",
      "11:57:30",
      "never: pod maya-io: Unschedulable for 2 min 30 s: 0/3 nodes: Insufficient cpu",
    ],
    [
      "while a node is on its way back",
      "0/3 nodes: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }",
      "11:00:00",
      "not yet: pod maya-io: Unschedulable: 0/3 nodes: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }",
    ],
    [
      "while its volume is on its way",
      "pod has unbound immediate PersistentVolumeClaims",
      "11:00:00",
      "not yet: pod maya-io: Unschedulable: pod has unbound immediate PersistentVolumeClaims",
    ],
  ])("%s", (...[, message, at, told]) => {
    expect(look(probes.podReady(REF), unscheduled(message, at))).toBe(told);
  });

  test.each([
    [120_000, {}],
    [600_000, { unschedulableGraceMs: 600_000 }],
  ])("for %i ms of the wait is waited for, whatever the cluster's clock shows", (graceMs, options) => {
    const days = unscheduled("no", "01:00:00");
    expect(lookAfter(graceMs, probes.podReady(REF, options), days)).toMatch(/^not yet/);
    expect(lookAfter(graceMs + 1, probes.podReady(REF, options), days)).toMatch(/^never/);
  });
});

const READY = { conditions: [{ type: "Ready", status: "True" }] };
const node = (name: string, status: string): Thing => ({
  ...KINDS.node,
  metadata: { name },
  status: { conditions: [{ type: "Ready", status, reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." }] },
});
const onNode = (name: string): Thing => pod(READY, { nodeName: name });
const STALE =
  "pod maya-io: it says that it is ready, but its node n1 is not ready (NodeStatusUnknown: Kubelet stopped posting node status.)";

describe("what a pod says of itself", () => {
  test.each<[string, Thing[], string]>([
    ["counts on a ready node", [onNode("n1"), node("n1", "True"), node("n2", "Unknown")], "reached"],
    ["counts for nothing on a node nobody hears of", [onNode("n1"), node("n1", "Unknown")], `not yet: ${STALE}`],
    ["counts for nothing on a node that is not ready", [onNode("n1"), node("n1", "False")], `not yet: ${STALE}`],
    [
      "counts for nothing on a node that is gone",
      [onNode("n1"), node("n2", "True")],
      "not yet: pod maya-io: it says that it is ready, but its node n1 does not exist",
    ],
    ["counts where no node can be seen", [onNode("n1")], "reached"],
  ])("%s", (_name, things, told) => {
    expect(look(probes.podReady(REF), ...things)).toBe(told);
  });

  test("nor for its workload, whose status nobody has corrected yet", () => {
    const all = thing(KINDS.deployment, { spec: SPEC, status: { replicas: 2, updatedReplicas: 2, availableReplicas: 2 } });
    expect(look(probes.deploymentAvailable(REF), all, onNode("n1"), node("n1", "Unknown"))).toBe(`not yet: ${STALE}`);
    expect(look(probes.deploymentAvailable(REF), all, onNode("n1"), node("n1", "True"))).toBe("reached");
  });
});

describe("the pods of a job", () => {
  const crashing = pod({
    containerStatuses: [{ name: "c", ready: false, restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } }],
  });
  const unnamed = pod({
    containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } }],
  });
  const job = (active: number): Thing => thing(KINDS.job, { spec: { selector: SPEC.selector }, status: { active } });
  test.each<[string, Thing[], string]>([
    ["may crash as often as the job allows", [job(1), crashing], "not yet: 0 of 1 completions, 1 pods active, 0 failed"],
    [
      "end it when they cannot start",
      [job(1), unnamed],
      "never: 0 of 1 completions, 1 pods active, 0 failed; pod maya-io: container c: InvalidImageName",
    ],
  ])("%s", (_name, things, told) => {
    expect(look(probes.jobComplete(REF), ...things)).toBe(told);
  });
});

const service = (spec: object = { selector: { app: "maya-io" } }): Thing => thing(KINDS.service, { spec });
const slice = (...ready: (boolean | undefined)[]): Thing =>
  thing(
    KINDS.endpointSlice,
    { endpoints: ready.map((one) => ({ conditions: one === undefined ? {} : { ready: one } })) },
    { name: "maya-io-abc", labels: { "kubernetes.io/service-name": "maya-io" } },
  );
const twice = ["IPv4", "IPv6"].map((addressType) =>
  thing(
    KINDS.endpointSlice,
    { addressType, endpoints: [{ conditions: { ready: true }, targetRef: { kind: "Pod", name: "a", uid: "a" } }] },
    { name: `maya-io-${addressType}`, labels: { "kubernetes.io/service-name": "maya-io" } },
  ),
);
const endpoints = (subset: object): Thing => thing(KINDS.endpoints, { subsets: [subset] });
const unready = pod({ phase: "Running", containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { running: {} } }] });

describe("a service", () => {
  test.each<[string, Thing[], string]>([
    ["missing", [], "not yet: there is no such Service"],
    ["of ready slices", [service(), slice(false, true)], "reached"],
    ["of slices that tell no readiness", [service(), slice(undefined)], "reached"],
    ["of ready endpoints, on an old cluster", [service(), endpoints({ addresses: [{}] })], "reached"],
    [
      "of pods that are not ready",
      [service(), slice(false), unready],
      "not yet: 0 of 1 endpoints are ready; pod maya-io: container c is running, not ready",
    ],
    [
      "of unready endpoints, on an old cluster",
      [service(), endpoints({ notReadyAddresses: [{}, {}] }), unready],
      "not yet: 0 of 2 endpoints are ready; pod maya-io: container c is running, not ready",
    ],
    ["of no pods", [service()], "not yet: 0 of 1 endpoints are ready; no pod carries app=maya-io"],
    ["of pods it has not seen yet", [service(), pod(READY)], "not yet: 0 of 1 endpoints are ready; its 1 pods are ready"],
    ["of no selector", [service({})], "not yet: 0 of 1 endpoints are ready; it has no selector, so somebody else must give it endpoints"],
    ["elsewhere", [service({ type: "ExternalName" })], "never: it is of type ExternalName, which has no endpoints"],
    [
      "of hopeless pods",
      [
        service(),
        pod({ containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } }] }),
      ],
      "never: 0 of 1 endpoints are ready; pod maya-io: container c: InvalidImageName",
    ],
  ])("that is %s", (_name, things, told) => {
    expect(look(probes.serviceReady(REF), ...things)).toBe(told);
  });

  test.each<[string, Thing]>([
    [
      "a slice",
      thing(
        KINDS.endpointSlice,
        { endpoints: [{ conditions: { ready: true }, nodeName: "n1" }] },
        { labels: { "kubernetes.io/service-name": "maya-io" } },
      ),
    ],
    ["an old cluster's endpoints", endpoints({ addresses: [{ nodeName: "n1" }] })],
  ])("is not ready by %s of a node that nobody hears of", (_name, places) => {
    const things = [service(), places, onNode("n1")];
    expect(look(probes.serviceReady(REF), ...things, node("n1", "True"))).toBe("reached");
    expect(look(probes.serviceReady(REF), ...things, node("n1", "Unknown"))).toBe(`not yet: 0 of 1 endpoints are ready; ${STALE}`);
  });

  test("whose pods are hopeless waits a moment for others in their place", () => {
    const broken = pod({
      containerStatuses: [{ name: "c", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } }],
    });
    expect(lookAfter(10_000, probes.serviceReady(REF), service(), slice(false), broken)).toMatch(/^not yet/);
  });

  test("of two address families has each pod once", () => {
    expect(look(probes.serviceReady(REF), service(), ...twice)).toBe("reached");
    expect(look(probes.serviceReady(REF, { atLeast: 2 }), service(), ...twice)).toMatch("not yet: 1 of 2 endpoints are ready");
  });

  test("of too few endpoints", () => {
    expect(look(probes.serviceReady(REF, { atLeast: 2 }), service(), slice(true), unready)).toBe(
      "not yet: 1 of 2 endpoints are ready; pod maya-io: container c is running, not ready",
    );
  });
});

const definition = (conditions: readonly object[], metadata: object = {}): Thing =>
  thing(KINDS.definition, { status: { conditions } }, { name: "blockdevices.openebs.io", ...metadata });

describe("a definition", () => {
  const names = { type: "NamesAccepted", status: "False", reason: "ShortNamesConflict", message: '"bd" is already in use' };
  test.each<[string, Thing[], string]>([
    ["missing", [], "not yet: there is no such CustomResourceDefinition"],
    ["established", [definition([{ type: "Established", status: "True" }])], "reached"],
    ["new", [definition([])], "not yet: it has not told whether it is established"],
    [
      "installing",
      [definition([{ type: "Established", status: "False", reason: "Installing", message: "soon" }])],
      "not yet: Established is False: Installing: soon",
    ],
    ["of taken names", [definition([names])], 'never: its names are not accepted: ShortNamesConflict: "bd" is already in use'],
    ["on its way out", [definition([{ type: "Established", status: "True" }], { deletionTimestamp: "x" })], "not yet: it is being deleted"],
  ])("that is %s", (_name, things, told) => {
    expect(look(probes.definitionEstablished("blockdevices.openebs.io"), ...things)).toBe(told);
  });
});

describe("objects that shall be gone", () => {
  const claim = (name: string, metadata: object = {}): Thing => thing(KINDS.claim, {}, { name, ...metadata });
  const going = { deletionTimestamp: "2026-11-24T11:00:00Z" };
  const held = claim("a", { ...going, finalizers: ["kubernetes.io/pvc-protection", "x.io/y"] });
  test.each<[string, KubeProbe<true>, Thing[], string]>([
    ["are", probes.objectsGone({ ...KINDS.claim, namespace: "kubera" }), [], "reached"],
    [
      "are held, or unasked",
      probes.objectsGone({ ...KINDS.claim, namespace: "kubera" }),
      [held, claim("b"), claim("c", going)],
      "not yet: 3 left: kubera/a (held by finalizers kubernetes.io/pvc-protection, x.io/y), kubera/b (nobody has asked for its deletion), kubera/c (it is being deleted)",
    ],
    ["are chosen by label", probes.objectsGone({ ...KINDS.claim, labels: { app: "other" } }), [held], "reached"],
    [
      "is one",
      probes.objectGone({ ...KINDS.claim, namespace: "kubera", name: "a" }),
      [held],
      "not yet: held by finalizers kubernetes.io/pvc-protection, x.io/y",
    ],
    ["was one", probes.objectGone({ ...KINDS.claim, namespace: "kubera", name: "z" }), [held], "reached"],
  ])("%s", (...[, probe, things, told]) => {
    expect(look(probe, ...things)).toBe(told);
  });

  test("are named up to five", () => {
    const many = Array.from({ length: 7 }, (_one, index) => claim(`c${index}`, going));
    expect(look(probes.objectsGone(KINDS.claim), ...many)).toMatch(
      /^not yet: 7 left: kubera\/c0 .*kubera\/c4 \(it is being deleted\) and 2 more$/,
    );
  });
});
