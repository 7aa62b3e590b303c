import { describe, expect, test } from "vitest";
import { KINDS, probes } from "../src/index.ts";
import { look, lookAfter, type Thing } from "./look.ts";

const OPENEBS = "openebs";
const REF = { namespace: OPENEBS, name: "data" };

const thing = (
  kind: { apiVersion: string; kind: string },
  metadata: { name: string; [field: string]: unknown },
  rest: object = {},
): Thing => ({
  ...kind,
  metadata: { namespace: OPENEBS, ...metadata },
  ...rest,
});

const claim = (phase: string | undefined, spec: object = {}, metadata: object = {}): Thing =>
  thing(KINDS.claim, { name: "data", ...metadata }, { spec, ...(phase !== undefined && { status: { phase } }) });
const storageClass = (name: string, rest: object = {}, annotations: object = {}): Thing =>
  thing(KINDS.storageClass, { name, annotations }, rest);
const claimEvent = (reason: string, message: string, type = "Warning"): Thing =>
  thing(KINDS.event, { name: reason }, { type, reason, message, involvedObject: { kind: "PersistentVolumeClaim", name: "data" } });

describe("a claim", () => {
  const lazy = { volumeBindingMode: "WaitForFirstConsumer" };
  test.each<[string, Thing[], string]>([
    ["missing", [], "not yet: there is no such PersistentVolumeClaim"],
    ["bound", [claim("Bound")], "reached"],
    ["lost", [claim("Lost", { volumeName: "pv-1" })], "never: its phase is Lost: the volume pv-1 is gone"],
    ["on its way out", [claim("Bound", {}, { deletionTimestamp: "2026-11-24T11:00:00Z" })], "not yet: it is being deleted"],
    ["new", [claim(undefined, { storageClassName: "jiva" })], "not yet: its phase is not told yet: class jiva"],
    [
      "waiting for a consumer",
      [
        claim("Pending", { storageClassName: "hostpath" }),
        storageClass("hostpath", lazy),
        claimEvent("WaitForFirstConsumer", "waiting for first consumer to be created before binding", "Normal"),
      ],
      "not yet: its phase is Pending: class hostpath waits until a pod that uses it has found a node; WaitForFirstConsumer: waiting for first consumer to be created before binding",
    ],
    [
      "of the default class, that fails",
      [
        claim("Pending"),
        storageClass("other"),
        storageClass("cstor", {}, { "storageclass.kubernetes.io/is-default-class": "true" }),
        claimEvent("ExternalProvisioning", "waiting for a volume to be created", "Normal"),
        claimEvent("ProvisioningFailed", "no pool has 5G free"),
      ],
      "not yet: its phase is Pending: class cstor; ProvisioningFailed: no pool has 5G free",
    ],
    [
      "of a class that is not there",
      [claim("Pending", { storageClassName: "gone" }), storageClass("other")],
      "not yet: its phase is Pending: its class gone does not exist",
    ],
    [
      "of no class",
      [claim("Pending"), storageClass("other")],
      "not yet: its phase is Pending: it names no class, and the cluster has no default one",
    ],
    [
      "that wants none",
      [claim("Pending", { storageClassName: "" })],
      "not yet: its phase is Pending: it wants no class, and no volume by hand fits it",
    ],
  ])("that is %s", (_name, things, told) => {
    expect(look(probes.claimBound(REF), ...things)).toBe(told);
  });
});

const pool = (status: { readonly desiredInstances?: number } = { desiredInstances: 2 }, wanted = status.desiredInstances ?? 2): Thing =>
  thing(KINDS.poolCluster, { name: "data" }, { spec: { pools: Array.from({ length: wanted }, () => ({})) }, status });
const instance = (name: string, phase: string | undefined, status: object = {}): Thing =>
  thing(
    KINDS.poolInstance,
    { name, labels: { "openebs.io/cstor-pool-cluster": "data" } },
    { spec: { hostName: `node-${name}` }, status: { ...(phase !== undefined && { phase }), ...status } },
  );

const away = (name: string): Thing => ({
  ...KINDS.node,
  metadata: { name },
  status: { conditions: [{ type: "Ready", status: "Unknown", reason: "silence" }] },
});

describe("a cStor pool", () => {
  test.each<[string, Thing[], string]>([
    ["missing", [], "not yet: there is no such CStorPoolCluster"],
    ["online", [pool(), instance("a", "ONLINE"), instance("b", "ONLINE")], "reached"],
    ["new", [pool({})], "not yet: 0 of 2 pool instances are ONLINE; 2 are not provisioned"],
    [
      "grown a moment ago",
      [pool({ desiredInstances: 1 }, 2), instance("a", "ONLINE")],
      "not yet: 1 of 2 pool instances are ONLINE; 1 are not provisioned",
    ],
    ["of no instance", [pool({ desiredInstances: 0 })], "not yet: it wants no pool instance yet"],
    [
      "half there",
      [pool(), instance("a", "ONLINE"), instance("b", "Init")],
      "not yet: 1 of 2 pool instances are ONLINE; b on node-b is Init",
    ],
    [
      "of no phase",
      [pool(), instance("a", undefined), instance("b", "ONLINE")],
      "not yet: 1 of 2 pool instances are ONLINE; a on node-a has told no phase",
    ],
    [
      "on a node that boots",
      [pool(), instance("a", "OFFLINE"), instance("b", "ONLINE", { readOnly: true })],
      "not yet: 0 of 2 pool instances are ONLINE; a on node-a is OFFLINE; b on node-b is ONLINE, read-only",
    ],
    [
      "with a disk away",
      [
        pool(),
        instance("a", "DEGRADED", { conditions: [{ type: "DiskUnavailable", status: "True", message: "sdb" }] }),
        instance("b", "ONLINE"),
      ],
      "not yet: 1 of 2 pool instances are ONLINE; a on node-a is DEGRADED (DiskUnavailable: sdb)",
    ],
    [
      "that could not be made",
      [pool(), instance("a", "PoolCreationFailed"), instance("b", "Pending")],
      "never: 0 of 2 pool instances are ONLINE; a on node-a is PoolCreationFailed; b on node-b is Pending",
    ],
    [
      "that is lost",
      [
        pool(),
        instance("a", "OFFLINE", { conditions: [{ type: "PoolLost", status: "True", message: "cannot import" }] }),
        instance("b", "ONLINE"),
      ],
      "never: 1 of 2 pool instances are ONLINE; a on node-a is OFFLINE (PoolLost: cannot import)",
    ],
  ])("that is %s", (_name, things, told) => {
    expect(look(probes.poolOnline(REF), ...things)).toBe(told);
  });

  test("whose manager fails to import it has two minutes, for disks may come late", () => {
    const things = [pool({ desiredInstances: 1 }), instance("a", "OFFLINE", { conditions: [{ type: "PoolLost", status: "True" }] })];
    expect(lookAfter(120_000, probes.poolOnline(REF), ...things)).toMatch(/^not yet/);
    expect(lookAfter(120_001, probes.poolOnline(REF), ...things)).toMatch(/^never/);
  });

  test("is not online by the last word of a manager whose node is away", () => {
    expect(look(probes.poolOnline(REF), pool({ desiredInstances: 1 }), instance("a", "ONLINE"), away("node-a"))).toBe(
      "not yet: 0 of 1 pool instances are ONLINE; a on node-a is ONLINE, but its node node-a is not ready (silence: Ready is Unknown)",
    );
  });
});

const device = (name: string, node: string, status?: string): Thing => {
  const [state, claimState] = status?.split(" ") ?? [];
  return thing(
    KINDS.blockDevice,
    { name },
    { spec: { nodeAttributes: { nodeName: node } }, ...(status !== undefined && { status: { state, claimState } }) },
  );
};

describe("block devices", () => {
  const wanted = { namespace: OPENEBS, atLeast: 1, claim: "Unclaimed" } as const;
  const some = [
    device("bd-1", "n1", "Active Unclaimed"),
    device("bd-2", "n2", "Active Claimed"),
    device("bd-3", "n2", "Inactive Unclaimed"),
  ];
  test.each([
    ["in all", wanted, some, "reached"],
    [
      "too few in all",
      { ...wanted, atLeast: 2 },
      some,
      "not yet: there are 1 of 2: bd-2 is Active and Claimed, bd-3 is Inactive and Unclaimed",
    ],
    [
      "on each node",
      { ...wanted, nodes: ["n1", "n2", "n3"] },
      some,
      "not yet: n2 has 0 of 1: bd-2 is Active and Claimed, bd-3 is Inactive and Unclaimed; n3 has 0 of 1: no other is there",
    ],
    ["claimed", { ...wanted, claim: "Claimed", nodes: ["n2"] } as const, some, "reached"],
    ["just found", wanted, [device("bd-1", "n1")], "not yet: there are 0 of 1: bd-1 is of no state and of no claim"],
    [
      "known by their label",
      { ...wanted, nodes: ["n9"] },
      [
        thing(
          KINDS.blockDevice,
          { name: "bd", labels: { "kubernetes.io/hostname": "n9" } },
          { status: { state: "Active", claimState: "Unclaimed" } },
        ),
      ],
      "reached",
    ],
  ])("that are %s", (...[, want, things, told]) => {
    expect(look(probes.blockDevices(want), ...things)).toBe(told);
  });

  test("of a node that is away count for nothing", () => {
    expect(look(probes.blockDevices(wanted), device("bd-1", "n1", "Active Unclaimed"), away("n1"))).toBe(
      "not yet: there are 0 of 1: bd-1 is Active and Unclaimed, but its node n1 is not ready (silence: Ready is Unknown)",
    );
  });

  test("say what is awaited", () => {
    expect(probes.blockDevices({ ...wanted, nodes: ["n1", "n2"] }).what).toBe("1 block devices are Active and Unclaimed on n1, n2");
  });
});

const component = (name: string, version: string, available = 1): Thing[] => [
  thing(
    KINDS.deployment,
    { name, generation: 1 },
    {
      spec: { replicas: 1, selector: { matchLabels: { name } } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: available },
    },
  ),
  thing(
    KINDS.pod,
    { name: `${name}-x`, labels: { name, ...(version !== "" && { "openebs.io/version": version }) } },
    { status: { conditions: [{ type: "Ready", status: available === 1 ? "True" : "False" }] } },
  ),
];

describe("an OpenEBS", () => {
  const components = [
    { kind: "Deployment", name: "maya-apiserver" },
    { kind: "Deployment", name: "cspc-operator" },
  ] as const;
  const ref = { namespace: OPENEBS, components, version: "2.0.0" };
  test.each<[string, Thing[], string]>([
    ["all there", [...component("maya-apiserver", "2.0.0"), ...component("cspc-operator", "2.0.0")], "reached"],
    ["not there", [], "not yet: 0 of 2 components are ready; Deployment maya-apiserver: there is no such Deployment"],
    [
      "half there",
      [...component("maya-apiserver", "2.0.0"), ...component("cspc-operator", "2.0.0", 0)],
      "not yet: 1 of 2 components are ready; Deployment cspc-operator: 0 of 1 replicas are available; pod cspc-operator-x: its phase is not told yet",
    ],
    [
      "half upgraded",
      [...component("maya-apiserver", "2.0.0"), ...component("cspc-operator", "1.12.0")],
      "not yet: 1 of 2 components are ready; Deployment cspc-operator: pod cspc-operator-x is of version 1.12.0, and 2.0.0 is wanted",
    ],
    [
      "without a version",
      [...component("maya-apiserver", "2.0.0"), ...component("cspc-operator", "")],
      "not yet: 1 of 2 components are ready; Deployment cspc-operator: pod cspc-operator-x is of version (no label), and 2.0.0 is wanted",
    ],
  ])("that is %s", (_name, things, told) => {
    expect(look(probes.openebsReady(ref), ...things)).toBe(told);
  });

  test("ends with its hopeless component, not with its first", () => {
    const broken = component("cspc-operator", "2.0.0", 0);
    const waiting = { name: "c", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } };
    const things = broken.map((one) => (one.kind === "Pod" ? { ...one, status: { containerStatuses: [waiting] } } : one));
    expect(look(probes.openebsReady(ref), ...things)).toBe(
      "never: 0 of 2 components are ready; Deployment cspc-operator: 0 of 1 replicas are available; pod cspc-operator-x: container c: InvalidImageName",
    );
  });

  test("looks at each kind once", () => {
    const kinds = probes.openebsReady({ ...ref, components: [...components, { kind: "DaemonSet", name: "openebs-ndm" }] }).kinds;
    expect(kinds.map(({ kind }) => kind)).toEqual(["Deployment", "Pod", "Node", "ReplicaSet", "DaemonSet", "Event"]);
  });
});
