import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/director/kube-apply.ts";
import { listAt, textAt } from "../../src/director/json.ts";
import { DirectorBed, until, type Answer, type Caller } from "./director-bed.ts";

const [BASE, TARGET] = ["1.12.0-ee", "2.0.0-ee"];
const DISKS = [{ path: "/dev/sdb", bytes: 25e9, driveType: "HDD", sectorBytes: 0 }] as const;
const NODES = ["member-worker1", "member-worker2", "member-worker3"];

let bed: DirectorBed;
let call: Caller;
let group: string;
let clusterId: string;
let openebsId: string;

beforeEach(async () => {
  bed = await DirectorBed.open({ disks: DISKS });
  bed.member.machine.powerOn();
  ({ call, group, clusterId } = await bed.connectNewcomer());
  await installBase();
});
afterEach(() => bed[Symbol.asyncDispose]());

const succeeds = (what: string, path: () => string) =>
  until(`${what} succeeds`, async () => textAt((await call("GET", path())).body, "state") === "Success");

const installBase = async (): Promise<void> => {
  const templates = listAt((await call("GET", `${group}/openebstemplates`)).body, "data");
  const templateId = textAt(
    templates.find((one) => textAt(one, "version") === BASE),
    "id",
  );
  const record = await call("POST", `${group}/openebses`, { clusterId, templateId, namespace: "openebs" });
  openebsId = textAt(record.body, "id") ?? "";
  const job = await call("POST", `${group}/openebses/${openebsId}?action=openebsinstall`, { yaml: record.body["installationManifest"] });
  await succeeds("the installation", () => `${group}/openebsjobs/${textAt(job.body, "id")}`);
};

const upgradeControlPlane = async (): Promise<void> => {
  const job = await call("POST", `${group}/openebses/${openebsId}/?action=upgradecontrolplane`, { upgradeVersion: TARGET });
  await succeeds("the control plane", () => `${group}/openebsjobs/${textAt(job.body, "id")}`);
};

const objects = (kind: string, of?: string) => bed.member.store.list(bed.member.store.resource(kind, of));

const newPool = async (): Promise<void> => {
  await until("the disks are found", () => objects("BlockDevice", "openebs.io").length === NODES.length);
  const pools = objects("BlockDevice", "openebs.io").map(({ metadata }) => ({
    nodeSelector: { "kubernetes.io/hostname": metadata.labels?.["kubernetes.io/hostname"] ?? "" },
    dataRaidGroups: [{ blockDevices: [{ blockDeviceName: metadata.name }] }],
    poolConfig: { dataRaidGroupType: "stripe" },
  }));
  const metadata = { name: "pool", namespace: "openebs" };
  apply(bed.member.store, { apiVersion: "cstor.openebs.io/v1", kind: "CStorPoolCluster", metadata, spec: { pools } });
  const online = () => objects("CStorPoolInstance", "cstor.openebs.io").filter(({ status }) => textAt(status, "phase") === "ONLINE");
  await until("the pool is online", () => online().length === NODES.length);
};

const CLASSES = {
  cstor: {
    metadata: { name: "cstor" },
    provisioner: "cstor.csi.openebs.io",
    parameters: { "cas-type": "cstor", cstorPoolCluster: "pool", replicaCount: "3" },
  },
  jiva: { metadata: { name: "jiva", annotations: { "openebs.io/cas-type": "jiva" } }, provisioner: "openebs.io/provisioner-iscsi" },
} as const;

/** An application called `app` with one volume; its uid. */
const newApplication = async (engine: keyof typeof CLASSES): Promise<string> => {
  const { store } = bed.member;
  apply(store, { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", reclaimPolicy: "Delete", ...CLASSES[engine] });
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: engine, resources: { requests: { storage: "1Gi" } } };
  apply(store, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "default" }, spec });
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  const template = { metadata: { labels: { app: "app" } }, spec: { volumes, containers: [{ name: "app", image: "app:1" }] } };
  const { metadata } = apply(store, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "app", namespace: "default" },
    spec: { replicas: 1, selector: { matchLabels: { app: "app" } }, template },
  });
  await until("the volume is served", () => parts().length > 0 && parts().every(({ status }) => status?.["readyReplicas"] === 1));
  return metadata.uid;
};

const parts = () => objects("Deployment").filter(({ metadata }) => metadata.labels?.["openebs.io/persistent-volume"] !== undefined);
const names = () => parts().map(({ metadata }) => metadata.name.replace(/^pvc-[0-9a-f-]{36}-/, ""));
const versions = (of: readonly { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }[]) => [
  ...new Set(of.map(({ metadata }) => metadata.labels?.["openebs.io/version"])),
];
const pods = (label: string) => objects("Pod").filter(({ metadata }) => metadata.labels?.[label] !== undefined);

const claim = (kind: string, ids: readonly string[], targetVersion = TARGET): Promise<Answer> =>
  call("POST", `${group}/openebsupgradeclaims`, { clusterId, kind, targetVersion, upgradeComponents: ids.map((id) => ({ id })) });

const jobs = async ({ body }: Answer) =>
  listAt((await call("GET", `${group}/openebsupgradeclaims/${textAt(body, "id")}/openebsupgradejobs`)).body, "data");
const done = (answer: Answer) =>
  until("every job succeeds", async () => (await jobs(answer)).every((job) => textAt(job, "state") === "Success"));

const instances = () => objects("CStorPoolInstance", "cstor.openebs.io");

describe("pools", () => {
  beforeEach(newPool);

  it("keep their version while the control plane moves, and follow when they are told", async () => {
    await upgradeControlPlane();
    expect(versions(instances())).toEqual([BASE]);
    const answer = await claim(
      "poolUpgrade",
      instances().map(({ metadata }) => metadata.uid),
    );
    expect([answer.status, (await jobs(answer)).length]).toEqual([201, 3]);
    await done(answer);
    expect([versions(instances()), versions(pods("cstorpoolinstance.openebs.io/name"))]).toEqual([[TARGET], [TARGET]]);
    expect(objects("Job")).toEqual([]);
  });

  it("keep their version too when what they are made of changes", async () => {
    await upgradeControlPlane();
    const resource = bed.member.store.resource("CStorPoolCluster", "cstor.openebs.io");
    const [cluster] = bed.member.store.list(resource);
    const changed = JSON.parse(JSON.stringify(cluster).replaceAll('"stripe"', '"mirror"')) as NonNullable<typeof cluster>;
    bed.member.store.update(resource, changed);
    await until("the change is seen", () => JSON.stringify(instances()).includes('"mirror"'));
    expect(versions(instances())).toEqual([BASE]);
  });

  it("are taken by their pods too, and not twice while they are upgraded", async () => {
    await upgradeControlPlane();
    const [pod] = pods("cstorpoolinstance.openebs.io/name");
    const answer = await claim("poolUpgrade", [pod?.metadata.uid ?? ""]);
    const name = pod?.metadata.labels?.["cstorpoolinstance.openebs.io/name"];
    const again = instances().find(({ metadata }) => metadata.name === name)?.metadata.uid ?? "";
    expect(await claim("poolUpgrade", [again])).toMatchObject({ status: 405, body: { message: `${name} is being upgraded` } });
    await done(answer);
    expect(await claim("poolUpgrade", [again])).toMatchObject({ status: 405, body: { message: `nothing of it is older than ${TARGET}` } });
  });

  it("do not get ahead of their control plane", async () => {
    const [instance] = instances();
    const message = `${TARGET} is higher than the control plane's version ${BASE}`;
    expect(await claim("poolUpgrade", [instance?.metadata.uid ?? ""])).toMatchObject({ status: 405, body: { message } });
  });

  it("lead their volumes", async () => {
    const application = await newApplication("cstor");
    expect(names()).toEqual(["target"]);
    await upgradeControlPlane();
    expect(await claim("applicationUpgrade", [application])).toMatchObject({ status: 405 });
    await done(
      await claim(
        "poolUpgrade",
        instances().map(({ metadata }) => metadata.uid),
      ),
    );
    await done(await claim("applicationUpgrade", [application]));
    expect(versions([...parts(), ...objects("CStorVolumeReplica", "cstor.openebs.io")])).toEqual([TARGET]);
  });
});

describe("a Jiva volume", () => {
  it("is a controller and a replica on each of three nodes, and goes with its claim", async () => {
    await newApplication("jiva");
    expect(names().toSorted()).toEqual(["ctrl", "rep-1", "rep-2", "rep-3"]);
    const replicas = pods("openebs.io/replica").map(({ spec }) => textAt(spec, "nodeName") ?? "");
    expect(replicas.toSorted()).toEqual(NODES);
    const { store } = bed.member;
    store.delete(store.resource("Deployment"), "default", "app");
    store.delete(store.resource("PersistentVolumeClaim"), "default", "data");
    await until("its parts are gone", () => parts().length === 0);
  });

  it("is upgraded with its application, and shown with its replicas", async () => {
    const application = await newApplication("jiva");
    await upgradeControlPlane();
    const answer = await claim("applicationUpgrade", [application]);
    expect((await jobs(answer)).length).toBe(1);
    await done(answer);
    expect(versions(parts())).toEqual([TARGET]);
    const seen = listAt((await call("GET", `${group}/clusters/${clusterId}/mayaapplications`)).body, "data");
    const own = seen.find((one) => textAt(one, "id") === application);
    const [volume] = listAt(own, "data", "pods", 0, "volumes");
    expect(listAt(volume, "replica").map((replica) => textAt(replica, "state"))).toEqual(["Running", "Running", "Running"]);
    const volumes = listAt((await call("GET", `${group}/clusters/${clusterId}/mayavolumes`)).body, "data");
    expect(volumes).toMatchObject([{ name: textAt(volume, "name"), engine: "jiva", state: "Healthy" }]);
    for (const list of ["mayavolumes", "mayaapplications", "mayastoragepools", "cstorpoolinstances"])
      expect((await call("GET", `${group}/clusters/nowhere/${list}`)).status).toBe(404);
  });

  it("is left alone while a replica is not there", async () => {
    const application = await newApplication("jiva");
    await upgradeControlPlane();
    bed.member.paused = true;
    const [replica] = pods("openebs.io/replica");
    bed.member.store.delete(bed.member.store.resource("Pod"), "openebs", replica?.metadata.name ?? "");
    await until("the replica is replaced", () =>
      pods("openebs.io/replica").every(({ metadata }) => metadata.uid !== replica?.metadata.uid),
    );
    const answer = await claim("applicationUpgrade", [application]);
    expect([answer.status, textAt(answer.body, "message")]).toEqual([405, expect.stringMatching(/^not running: replica pvc-.*-rep-\d$/)]);
    expect(versions(parts())).toEqual([BASE]);
  });
});

describe("a claim", () => {
  const whole = () => ({ clusterId, kind: "poolUpgrade", targetVersion: TARGET, upgradeComponents: [{ id: "nobody" }] });

  it.each([
    { what: "no cluster", change: { clusterId: "" }, status: 422 },
    { what: "a cluster that is unknown", change: { clusterId: "1c99" }, status: 404 },
    { what: "an unknown kind", change: { kind: "everything" }, status: 422 },
    { what: "no version", change: { targetVersion: "" }, status: 422 },
    { what: "what is no version", change: { targetVersion: "newest" }, status: 422 },
    { what: "nothing to upgrade", change: { upgradeComponents: [] }, status: 422 },
    { what: "a pool that is not there", change: { targetVersion: BASE }, status: 404 },
  ])("with $what is refused", async ({ change, status }) => {
    expect((await call("POST", `${group}/openebsupgradeclaims`, { ...whole(), ...change })).status).toBe(status);
  });
});
