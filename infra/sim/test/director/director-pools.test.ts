import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/director/kube-apply.ts";
import { listAt, recordAt, textAt, type JsonRecord } from "../../src/director/json.ts";
import { checkDeletion } from "../../src/kubernetes/deletion-reviews.ts";
import type { KubeObject } from "../../src/kubernetes/kube-object.ts";
import { DirectorBed, until, type Answer, type Caller } from "./director-bed.ts";

const GB = 1e9;
const DISKS = ["/dev/sdb", "/dev/sdc", "/dev/sdd"].map((path) => ({ path, bytes: 25 * GB, driveType: "HDD", sectorBytes: 0 }) as const);
const NODES = ["member-worker1", "member-worker2", "member-worker3"];
const STRIPE = { raidType: "stripe", groupDeviceCount: 1 };

let bed: DirectorBed;
let call: Caller;
let group: string;
let clusterId: string;

beforeEach(async () => {
  bed = await DirectorBed.open({ disks: DISKS });
  // A node without power tells nothing of its disks.
  bed.member.machine.powerOn();
  ({ call, group, clusterId } = await bed.connectNewcomer());
  await installOpenEBS();
});
afterEach(() => bed[Symbol.asyncDispose]());

const installOpenEBS = async (): Promise<void> => {
  const [template] = listAt((await call("GET", `${group}/openebstemplates?sort=id&order=desc`)).body, "data");
  const record = await call("POST", `${group}/openebses`, { clusterId, templateId: textAt(template, "id"), namespace: "openebs" });
  const path = `${group}/openebses/${textAt(record.body, "id")}?action=openebsinstall`;
  const job = await call("POST", path, { yaml: record.body["installationManifest"] });
  const done = async () => textAt((await call("GET", `${group}/openebsjobs/${textAt(job.body, "id")}`)).body, "state") === "Success";
  await until("OpenEBS is installed", done);
  await until("the disks are found", () => claimStates().length === DISKS.length * NODES.length);
};

const kind = (name: string, of = "openebs.io") => bed.member.store.list(bed.member.store.resource(name, of));
const claimStates = (): readonly unknown[] => kind("BlockDevice").map((device) => textAt(device.status, "claimState"));
const claimed = (): number => claimStates().filter((state) => state === "Claimed").length;
const free = (): number => claimStates().filter((state) => state === "Unclaimed").length;
const phases = (name: string, of: string) => kind(name, of).map(({ status }) => textAt(status, "phase"));

const recommended = async (poolName: string): Promise<JsonRecord> => {
  const id = textAt((await call("GET", `${group}/recommendations`)).body, "data", 0, "id") ?? "";
  const question = { clusterId, deviceGroupName: "", poolCapacity: "1G", poolName, raidGroupConfig: STRIPE };
  const answer = await call("POST", `${group}/recommendations/${id}/?action=getdevicerecommendation`, question);
  return listAt(answer.body, "data")[0] as JsonRecord;
};

const operations = () => `${group}/cstorpooloperations`;
const post = (body: object): Promise<Answer> => call("POST", operations(), { clusterId, ...body });
const prepare = (input: unknown): Promise<Answer> => post({ kind: "CreateCStorPoolCluster", input: JSON.stringify(input) });
const execute = ({ body }: Answer): Promise<Answer> => call("POST", `${operations()}/${textAt(body, "id")}/?action=execute`, {});
const remove = (name: string, of: "CStorPoolCluster" | "StoragePoolClaim" = "CStorPoolCluster"): Promise<Answer> =>
  post({ kind: "DeleteCStorPoolCluster", input: { name, kind: of, version: of === "CStorPoolCluster" ? "v1" : "v1alpha1" } });
const state = async ({ body }: Answer) => textAt((await call("GET", `${operations()}/${textAt(body, "id")}`)).body, "state");
const succeeds = (answer: Answer) => until("the operation succeeds", async () => (await state(answer)) === "success");

const create = async (name: string): Promise<void> => {
  const operation = await prepare(await recommended(name));
  expect([operation.status, await state(operation)]).toEqual([201, "init"]);
  expect((await execute(operation)).status).toBe(200);
  await succeeds(operation);
};

const poolStates = async () => {
  const { body } = await call("GET", `${group}/clusters/${clusterId}/cstorpoolinstances`);
  return listAt(body, "data").map((instance) => textAt(instance, "poolState") ?? "");
};

const claimVolume = (storageClass: JsonRecord): Promise<unknown> => {
  const { store } = bed.member;
  const meta = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", reclaimPolicy: "Delete" };
  apply(store, { ...meta, metadata: { name: "fast" }, ...storageClass });
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "1Gi" } } };
  apply(store, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "default" }, spec });
  return until("the claim is bound", () => textAt(claim(), "status", "phase") === "Bound");
};
const claim = (): KubeObject | undefined => bed.member.store.get(bed.member.store.resource("PersistentVolumeClaim"), "default", "data");

const onPool = (cstorPoolCluster: string) => ({
  provisioner: "cstor.csi.openebs.io",
  parameters: { "cas-type": "cstor", cstorPoolCluster, replicaCount: "2" },
});

describe("a pool", () => {
  it("is made in two steps, is online on each node, and has its devices to itself", async () => {
    await create("one");
    expect(
      kind("CStorPoolInstance", "cstor.openebs.io")
        .map(({ spec }) => textAt(spec, "hostName") ?? "")
        .toSorted(),
    ).toEqual(NODES);
    expect(await poolStates()).toEqual(["Online", "Online", "Online"]);
    expect([claimed(), free()]).toEqual([3, 6]);
    const pools = listAt((await call("GET", `${group}/clusters/${clusterId}/mayastoragepools`)).body, "data");
    expect(pools).toHaveLength(3);
    expect(pools[0]).toMatchObject({ data: { version: "2.0.0-ee", pods: [{ state: "Running" }] } });
    const next = await recommended("two");
    const taken = kind("BlockDevice").filter((device) => device.spec?.["claimRef"] !== undefined);
    expect(taken).toHaveLength(3);
    expect(taken.filter(({ metadata }) => JSON.stringify(next).includes(metadata.name))).toEqual([]);
  });

  it("is refused to take what is taken, and an operation runs once", async () => {
    const late = await prepare(await recommended("late"));
    await create("one");
    expect(await execute(late)).toMatchObject({ status: 405 });
    const twice = await prepare(await recommended("one"));
    expect(await execute(twice)).toMatchObject({ status: 409, body: { message: "CStorPoolCluster one is there already" } });
    const done = await prepare(await recommended("two"));
    expect((await execute(done)).status).toBe(200);
    expect((await execute(done)).status).toBe(405);
    await succeeds(done);
    expect(kind("CStorPoolCluster", "cstor.openebs.io").map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
  });

  it("is offline while its pod is away, and online again with it", async () => {
    await create("one");
    bed.member.paused = true;
    const { store } = bed.member;
    const pod = store.list(store.resource("Pod"), "openebs").find(({ metadata }) => metadata.labels?.["app"] === "cstor-pool");
    store.delete(store.resource("Pod"), "openebs", pod?.metadata.name ?? "");
    await until("one is offline", async () => (await poolStates()).toSorted().join() === "Offline,Online,Online");
    bed.member.paused = false;
    await until("all are online", async () => (await poolStates()).every((one) => one === "Online"));
    expect(await poolStates()).toHaveLength(3);
  });

  it("is deleted in one step, and its devices are free again", async () => {
    await create("one");
    const operation = await remove("one");
    expect(operation.status).toBe(201);
    await succeeds(operation);
    await until("all devices are free", () => free() === 9);
    expect(await poolStates()).toEqual([]);
    expect((await remove("one")).status).toBe(404);
  });
});

describe("a volume", () => {
  it("keeps the pool it lies on, and lets go of it", async () => {
    await create("one");
    await claimVolume(onPool("one"));
    expect(phases("CStorVolumeReplica", "cstor.openebs.io")).toHaveLength(2);
    expect(await remove("one")).toMatchObject({ status: 405, body: { message: "CStorPoolCluster one holds 2 replicas of volumes" } });
    const { store } = bed.member;
    store.delete(store.resource("CStorPoolCluster"), "openebs", "one");
    await until("its replicas are healthy", () => phases("CStorVolumeReplica", "cstor.openebs.io").every((phase) => phase === "Healthy"));
    expect(await poolStates()).toEqual(["Online", "Online", "Online"]);
    store.delete(store.resource("PersistentVolumeClaim"), "default", "data");
    await until("the pool has gone after its volume", () => kind("CStorPoolCluster", "cstor.openebs.io").length === 0 && free() === 9);
  });

  it("keeps its pool from clients of Kubernetes while the admission server runs", async () => {
    await create("one");
    await claimVolume(onPool("one"));
    const { store } = bed.member;
    const pool = store.get(store.resource("CStorPoolCluster"), "openebs", "one");
    const ask = (): void => {
      if (pool !== undefined) checkDeletion(store, pool);
    };
    expect(ask).toThrow(
      'admission webhook "admission-webhook.cstor.openebs.io" denied the request: invalid cspc deletion: one holds 2 volume replicas',
    );
    const server = store.get(store.resource("Deployment"), "openebs", "openebs-cstor-admission-server");
    if (server !== undefined) store.update(store.resource("Deployment"), { ...server, spec: { ...server.spec, replicas: 0 } });
    await until("nobody is asked any more", () => {
      try {
        ask();
        return true;
      } catch {
        return false;
      }
    });
  });

  it("waits for as many pools as it wants replicas", async () => {
    const bound = claimVolume({ ...onPool("one"), parameters: { cstorPoolCluster: "one", replicaCount: "3" } });
    await until("it is told why", () => bed.member.logs.some((line) => line.includes("claim data: 0 of 3 pools are online")));
    expect(textAt(claim(), "status", "phase")).not.toBe("Bound");
    await create("one");
    await bound;
  });
});

describe("pools that Director did not make", () => {
  const deviceOf = (node: string): string =>
    kind("BlockDevice").find(({ metadata }) => metadata.labels?.["kubernetes.io/hostname"] === node)?.metadata.name ?? "";
  const poolsOn = (nodes: readonly string[]) =>
    nodes.map((node) => ({
      nodeSelector: { "kubernetes.io/hostname": node },
      dataRaidGroups: [{ blockDevices: [{ blockDeviceName: deviceOf(node) }] }],
      poolConfig: { dataRaidGroupType: "stripe" },
    }));
  const cspc = (nodes: readonly string[]) =>
    apply(bed.member.store, {
      apiVersion: "cstor.openebs.io/v1",
      kind: "CStorPoolCluster",
      metadata: { name: "hand", namespace: "openebs" },
      spec: { pools: poolsOn(nodes) },
    });

  it("come online by their operator, follow what is asked of them, and are deleted by Director", async () => {
    cspc(NODES.slice(0, 1));
    await until("one is online", async () => (await poolStates()).join() === "Online");
    cspc(NODES.slice(0, 2));
    await until("two are online", async () => (await poolStates()).join() === "Online,Online");
    cspc(NODES.slice(1, 2));
    await until("one is left, and the other's device is free", async () => (await poolStates()).join() === "Online" && free() === 8);
    await succeeds(await remove("hand"));
    await until("all devices are free", () => free() === 9);
    expect(await poolStates()).toEqual([]);
  });

  it("are not made while the operator is away", async () => {
    const { store } = bed.member;
    const operator = store.get(store.resource("Deployment"), "openebs", "cspc-operator");
    if (operator !== undefined) store.update(store.resource("Deployment"), { ...operator, spec: { ...operator.spec, replicas: 0 } });
    const isUp = () => store.list(store.resource("Pod"), "openebs").some(({ metadata }) => metadata.labels?.["name"] === "cspc-operator");
    await until("the operator is away", () => !isUp());
    cspc(NODES);
    const at = bed.member.machine.disk.etcd.revision;
    await until("the cluster has gone on", () => store.revision > at + 10);
    expect([claimed(), await poolStates()]).toEqual([0, []]);
  });

  it("may be a StoragePoolClaim, whose volumes come by iSCSI", async () => {
    const spec = { type: "disk", poolSpec: { poolType: "striped" }, blockDevices: { blockDeviceList: NODES.map(deviceOf) } };
    apply(bed.member.store, { apiVersion: "openebs.io/v1alpha1", kind: "StoragePoolClaim", metadata: { name: "old" }, spec });
    await until("its pools are healthy", () => phases("CStorPool", "openebs.io").filter((phase) => phase === "Healthy").length === 3);
    const config = '- name: StoragePoolClaim\n  value: "old"\n- name: ReplicaCount\n  value: "1"';
    await claimVolume({
      metadata: { name: "fast", annotations: { "cas.openebs.io/config": config } },
      provisioner: "openebs.io/provisioner-iscsi",
    });
    expect((await remove("old", "StoragePoolClaim")).status).toBe(405);
    bed.member.store.delete(bed.member.store.resource("PersistentVolumeClaim"), "default", "data");
    await until("the replica is gone", () => kind("CStorVolumeReplica").length === 0);
    await succeeds(await remove("old", "StoragePoolClaim"));
    await until("all devices are free", () => free() === 9);
  });
});

it("refuses operations that it cannot read, and claims nothing", async () => {
  const cases: readonly (readonly [string, object, number])[] = [
    ["without a kind", { input: "{}" }, 422],
    ["of an unknown kind", { kind: "ResizeCStorPoolCluster", input: "{}" }, 422],
    ["without an input", { kind: "CreateCStorPoolCluster" }, 422],
    ["with an object where a text belongs", { kind: "CreateCStorPoolCluster", input: {} }, 422],
    ["with a text that is no recommendation", { kind: "CreateCStorPoolCluster", input: '{"metadata":{"name":"x"}}' }, 422],
    [
      "that deletes a version nobody has",
      { kind: "DeleteCStorPoolCluster", input: { name: "x", kind: "CStorPoolCluster", version: "v2" } },
      422,
    ],
    [
      "that deletes what is not there",
      { kind: "DeleteCStorPoolCluster", input: { name: "x", kind: "CStorPoolCluster", version: "v1" } },
      404,
    ],
    ["for a cluster of nobody", { clusterId: "1c99", kind: "CreateCStorPoolCluster", input: "{}" }, 404],
  ];
  const answers: unknown[] = [];
  for (const [title, body] of cases) answers.push([title, (await post(body)).status]);
  expect(answers).toEqual(cases.map(([title, , status]) => [title, status]));
  expect(claimed()).toBe(0);
});

describe("disks", () => {
  it("are of unknown state while NDM is away from their node, and are recommended again with it", async () => {
    const { store } = bed.member;
    const patch = (nodeSelector: JsonRecord): void => {
      const ndm = store.get(store.resource("DaemonSet"), "openebs", "openebs-ndm");
      const before = recordAt(ndm?.spec, "template");
      const template = { ...before, spec: { ...recordAt(before, "spec"), nodeSelector } };
      if (ndm !== undefined) store.update(store.resource("DaemonSet"), { ...ndm, spec: { ...ndm.spec, template } });
    };
    const states = (): ReadonlySet<unknown> => new Set(kind("BlockDevice").map(({ status }) => textAt(status, "state")));
    patch({ nowhere: "true" });
    await until("no disk is known", () => [...states()].join() === "Unknown");
    expect(await recommended("none")).toBeUndefined();
    patch({});
    await until("all disks are back", () => [...states()].join() === "Active");
    expect(listAt(await recommended("some"), "spec", "poolInstances")).toHaveLength(3);
  });
});
