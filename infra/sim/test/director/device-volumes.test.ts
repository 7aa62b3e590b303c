import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { DEFAULT_FILTERS } from "../../src/director/device-filters.ts";
import { recordAt, textAt } from "../../src/director/json.ts";
import { apply } from "../../src/director/kube-apply.ts";
import { ndmOperator } from "../../src/director/programs/cstor/device-claims.ts";
import { openebsObjects } from "../../src/director/programs/openebs-objects.ts";
import { deviceProvisioner } from "../../src/director/programs/volumes/device-provisioner.ts";
import { until } from "./director-bed.ts";
import { SmallCluster } from "./small-kubelet.ts";

const NAMESPACE = "openebs";
const TAG = "openebs.io/block-device-tag";
const WISH = { namespace: NAMESPACE, version: "2.0.0-ee", imagePrefix: "reg:5000/openebs/", defaultDirectory: "/var/openebs" };
const PROGRAMS = new Map([
  ["openebs/openebs-ndm-operator", ndmOperator],
  ["openebs/openebs-localpv-provisioner", deviceProvisioner],
]);

let cluster: SmallCluster;

const resource = (kind: string, group?: string) => cluster.store.resource(kind, group);
const devices = () => cluster.store.list(resource("BlockDevice", "openebs.io"), NAMESPACE);
const device = (name: string) => cluster.store.get(resource("BlockDevice", "openebs.io"), NAMESPACE, name);
const claimed = () => devices().flatMap(({ metadata, status }) => (textAt(status, "claimState") === "Claimed" ? [metadata.name] : []));
const claim = (name: string) => cluster.store.get(resource("PersistentVolumeClaim"), "default", name);
const volumeOf = (name: string) =>
  cluster.store.get(resource("PersistentVolume"), undefined, textAt(claim(name)?.spec, "volumeName") ?? "");
const isBound = (name: string) => () => textAt(claim(name)?.status, "phase") === "Bound";
const warnings = (name: string): readonly string[] =>
  cluster.store
    .list(resource("Event"), "default")
    .filter((event) => textAt(event, "involvedObject", "name") === name && textAt(event, "reason") === "ProvisioningFailed")
    .map((event) => textAt(event, "message") ?? "");

const addDevice = (name: string, node: string, { bytes = 25e9, tag }: { readonly bytes?: number; readonly tag?: string } = {}): void => {
  const labels = { "kubernetes.io/hostname": node, ...(tag !== undefined && { [TAG]: tag }) };
  const made = apply(cluster.store, {
    apiVersion: "openebs.io/v1alpha1",
    kind: "BlockDevice",
    metadata: { name, namespace: NAMESPACE, labels },
    spec: { path: `/dev/${name}`, capacity: { storage: bytes } },
  });
  cluster.store.updateStatus(resource("BlockDevice", "openebs.io"), { ...made, status: { state: "Active", claimState: "Unclaimed" } });
};

const addClass = (name: string, config: string): void => {
  const metadata = { name, annotations: { "openebs.io/cas-type": "local", "cas.openebs.io/config": config } };
  const volumeBindingMode = "WaitForFirstConsumer";
  apply(cluster.store, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata,
    provisioner: "openebs.io/local",
    volumeBindingMode,
  });
};
const ofTag = (tag: string): string => `- name: StorageType\n  value: "device"\n- name: BlockDeviceTag\n  value: "${tag}"\n`;

/** A claim with a pod that mounts it on n1. */
const use = (name: string, storageClassName: string, storage = "2Gi"): void => {
  const metadata = { name, namespace: "default" };
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } };
  apply(cluster.store, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec });
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: name } }];
  const pod = { nodeSelector: { "kubernetes.io/hostname": "n1" }, containers: [{ name: "app", image: "app:1" }], volumes };
  apply(cluster.store, { apiVersion: "v1", kind: "Pod", metadata, spec: pod });
};

beforeEach(() => {
  cluster = new SmallCluster({ name: "member", nodes: ["n1", "n2"] }, { time: new SimTime(1000), programs: PROGRAMS });
  for (const manifest of openebsObjects(cluster.store, { ...WISH, filters: DEFAULT_FILTERS })) apply(cluster.store, manifest);
});
afterEach(() => cluster.stop());

describe("a volume of the device class", () => {
  it("is one free device of the node of its pod, and gives it back when its claim is gone", async () => {
    addDevice("a-elsewhere", "n2");
    addDevice("b-small", "n1", { bytes: 1e9 });
    addDevice("c-tagged", "n1", { tag: "kept" });
    addDevice("d-fit", "n1");
    addDevice("e-fit", "n1");
    use("data", "openebs-device");
    await until("the claim is bound", isBound("data"));
    expect(claimed()).toEqual(["d-fit"]);
    const name = textAt(claim("data")?.spec, "volumeName") ?? "";
    expect(textAt(device("d-fit")?.spec, "claimRef", "name")).toBe(`bdc-${name}`);
    expect(volumeOf("data")).toMatchObject({
      metadata: { labels: { "openebs.io/cas-type": "local-device" }, annotations: { "local.openebs.io/blockdeviceclaim": `bdc-${name}` } },
      spec: { local: { path: "/dev/d-fit" } },
    });
    expect(JSON.stringify(recordAt(volumeOf("data")?.spec, "nodeAffinity"))).toContain('"values":["n1"]');
    for (const kind of ["Pod", "PersistentVolumeClaim"]) cluster.store.delete(resource(kind), "default", "data", { gracePeriodSeconds: 0 });
    await until("the device is free", () => claimed().length === 0 && textAt(device("d-fit")?.spec, "claimRef", "name") === undefined);
  });

  it("takes the one device that has the tag of its class", async () => {
    addDevice("a-free", "n1");
    addDevice("b-other", "n1", { tag: "other" });
    addDevice("c-mine", "n1", { tag: "mine" });
    addClass("tagged", ofTag("mine"));
    use("data", "tagged");
    await until("the claim is bound", isBound("data"));
    expect(claimed()).toEqual(["c-mine"]);
  });

  it("says after a minute that there is no device for it, once, and is served when one gets the tag", async () => {
    addDevice("a-free", "n1");
    addClass("tagged", ofTag("mine"));
    use("data", "tagged");
    await until("it says so", () => warnings("data").length > 0);
    const volume = `pvc-${claim("data")?.metadata.uid}`;
    const because = `unable to find BD: for BDC:bdc-${volume} associated with PV:${volume}`;
    expect([claimed(), textAt(claim("data")?.status, "phase")]).toEqual([[], "Pending"]);
    apply(cluster.store, {
      apiVersion: "openebs.io/v1alpha1",
      kind: "BlockDevice",
      metadata: { name: "a-free", namespace: NAMESPACE, labels: { [TAG]: "mine" } },
    });
    await until("the claim is bound", isBound("data"));
    expect(claimed()).toEqual(["a-free"]);
    expect(warnings("data")).toEqual([`failed to provision volume with StorageClass "tagged": ${because}`]);
  });
});

describe("a BlockDeviceClaim that names its device", () => {
  it.each([
    ["waits for one with a tag", {}, "Pending"],
    ["gets it when it asks for the tag", { selector: { matchLabels: { [TAG]: "kept" } } }, "Bound"],
  ])("%s", async (_, selector, phase) => {
    addDevice("a", "n1", { tag: "kept" });
    const kind = { apiVersion: "openebs.io/v1alpha1", kind: "BlockDeviceClaim" };
    apply(cluster.store, { ...kind, metadata: { name: "hand", namespace: NAMESPACE }, spec: { blockDeviceName: "a", ...selector } });
    const found = () => cluster.store.get(resource("BlockDeviceClaim", "openebs.io"), NAMESPACE, "hand");
    await until("NDM has looked", () => textAt(found()?.status, "phase") !== undefined);
    expect([textAt(found()?.status, "phase"), claimed()]).toEqual([phase, phase === "Bound" ? ["a"] : []]);
  });
});

describe("a class of local volumes", () => {
  const FSTYPE = `${ofTag("t")}- name: FSType\n  value: "xfs"\n`;

  it.each([
    ["another key", FSTYPE, "cas.openebs.io/config has the key FSType, and the simulator knows StorageType and BlockDeviceTag"],
    ["another type", '- name: StorageType\n  value: "lvm"\n', "PV with StorageType lvm is not supported"],
    ["a tag of folders", '- name: BlockDeviceTag\n  value: "t"\n', 'cas.openebs.io/config has BlockDeviceTag "t" for StorageType hostpath'],
    ["an empty tag", ofTag(""), 'cas.openebs.io/config has BlockDeviceTag "" for StorageType device'],
    ["no list", "StorageType: device", "cas.openebs.io/config is no list of names and values"],
    ["no YAML", "- {", "cas.openebs.io/config is no list of names and values"],
    ["a value that is no text", "- name: StorageType\n  value: 1\n", "cas.openebs.io/config is no list of names and values"],
  ])("is refused with %s", async (_, config, because) => {
    addDevice("a", "n1");
    addClass("odd", config);
    use("data", "odd");
    await until("it says so", () => warnings("data").length > 0);
    expect(warnings("data")).toEqual([`failed to provision volume with StorageClass "odd": ${because}`]);
    expect([claimed(), volumeOf("data")]).toEqual([[], undefined]);
  });
});
