import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockDisksOf } from "../../src/datacenter/block-disks.ts";
import { Machine } from "../../src/datacenter/machine.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { DEFAULT_FILTERS, filterConfig, passesFilters, readFilterConfig } from "../../src/director/device-filters.ts";
import { numberAt, textAt } from "../../src/director/json.ts";
import { apply } from "../../src/director/kube-apply.ts";
import { nodeDiskManager } from "../../src/director/programs/node-disk-manager.ts";
import { createStore, type EtcdStore } from "../../src/kubernetes/etcd-store.ts";
import { until } from "./director-bed.ts";

const NAMESPACE = "openebs";
const DISKS = [
  { path: "/dev/sdb", bytes: 25e9, driveType: "HDD", sectorBytes: 0 },
  { path: "/dev/sdc", bytes: 25e9, driveType: "HDD", sectorBytes: 0 },
  { path: "/dev/sdd", bytes: 50e9, driveType: "SSD", sectorBytes: 4096 },
] as const;
const VM = { id: "vm-1", name: "vm-worker1", cluster: "c", esxHost: "esx", diskGib: 100 };
const WORKER = { ...VM, node: "worker1", plane: "worker", disks: DISKS } as const;
const time = new SimTime(1000);
const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "blockdevices.openebs.io" },
  spec: {
    group: "openebs.io",
    scope: "Namespaced",
    names: { kind: "BlockDevice", plural: "blockdevices", singular: "blockdevice", listKind: "BlockDeviceList" },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

let machine: Machine;
let store: EtcdStore;
let running: AbortController;

const config = (filters: object): void => {
  const data = { "node-disk-manager.config": filterConfig({ ...DEFAULT_FILTERS, ...filters }) };
  apply(store, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "openebs-ndm-config", namespace: NAMESPACE }, data });
};

const pod = () =>
  store.get(store.resource("Pod"), NAMESPACE, "ndm") ??
  store.create(store.resource("Pod"), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "ndm", namespace: NAMESPACE },
    spec: { nodeName: "worker1", containers: [{ name: "ndm", image: "ndm" }] },
  });

const start = (): void => {
  running = new AbortController();
  nodeDiskManager.start({
    cluster: "c",
    store,
    pod: pod(),
    container: "ndm",
    image: "openebs/openebs-ndm:2.0.0-ee",
    args: [],
    env: {},
    machine,
    time,
    signal: running.signal,
    readVolume: () => undefined,
    writeVolume: () => {},
    log: () => {},
  });
};

const devices = () => store.list(store.resource("BlockDevice", "openebs.io"), NAMESPACE);
const states = () => [...new Set(devices().map((device) => textAt(device.status, "state")))];
const found = (count: number) => until(`${count} devices are found`, () => devices().length === count && states().join() === "Active");

beforeEach(() => {
  machine = new Machine(WORKER, time);
  store = createStore(machine.disk.etcd);
  apply(store, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  apply(store, DEFINITION);
});
afterEach(() => {
  running.abort();
  store.close();
});

describe("NDM on a node", () => {
  it("makes a BlockDevice of each disk that is free of a system and of other vendors' volumes", async () => {
    config({});
    start();
    await found(3);
    expect(devices().map((device) => textAt(device.spec, "path"))).not.toContain("/dev/sda");
    const ssds = devices().filter((device) => textAt(device, "spec", "details", "driveType") === "SSD");
    expect(ssds.map((device) => numberAt(device, "spec", "capacity", "physicalSectorSize"))).toEqual([4096]);
    expect(devices()[0]).toMatchObject({
      metadata: { labels: { "kubernetes.io/hostname": "worker1" } },
      spec: { nodeAttributes: { nodeName: "worker1" }, details: { deviceType: "disk" } },
      status: { state: "Active", claimState: "Unclaimed" },
    });
  });

  it("does not know them while it is away, and leaves claims alone when it is back", async () => {
    config({});
    start();
    await found(3);
    const [claimed] = devices();
    if (claimed === undefined) throw new Error("no device");
    const resource = store.resource("BlockDevice", "openebs.io");
    store.updateStatus(resource, { ...claimed, status: { state: "Active", claimState: "Claimed" } });
    store.delete(store.resource("Pod"), NAMESPACE, "ndm", { gracePeriodSeconds: 0 });
    running.abort();
    expect(states()).toEqual(["Unknown"]);
    start();
    await found(3);
    expect(devices().filter((device) => textAt(device.status, "claimState") === "Claimed")).toHaveLength(1);
  });

  it("says nothing when its node loses power", async () => {
    config({});
    start();
    await found(3);
    running.abort();
    expect(states()).toEqual(["Active"]);
  });
});

describe("device filters", () => {
  const kept = (filters: object) =>
    blockDisksOf(WORKER)
      .filter((disk) => passesFilters(disk, { ...DEFAULT_FILTERS, ...filters }))
      .map(({ path }) => path.replace("/dev/", ""));

  it.each([
    ["an included path", { includedPaths: ["/dev/sdb", "/dev/sdc"] }, ["sdb", "sdc"]],
    ["an excluded path above an included one", { includedPaths: ["/dev/sdb", "/dev/sdc"], excludedPaths: ["sdc"] }, ["sdb"]],
    ["vendors in whatever case", { includedPaths: ["/dev/sdb"], excludedVendors: ["vmware"] }, []],
    ["the system's disk once nobody keeps it out", { includedPaths: ["/dev/sda"], systemMounts: [] }, ["sda"]],
    ["the system's disk", { includedPaths: ["/dev/sda"] }, []],
    ["the volumes of another OpenEBS", { includedPaths: ["/dev/sdz"] }, []],
    ["loop devices", { includedPaths: ["loop"], excludedPaths: [] }, ["loop0"]],
  ])("know %s", (_, filters, paths) => expect(kept(filters)).toEqual(paths));

  it("are read as they were written, and one that is off keeps nothing out", () => {
    const filters = { ...DEFAULT_FILTERS, includedPaths: ["/dev/sdb"] };
    expect(readFilterConfig(filterConfig(filters))).toEqual(filters);
    expect(readFilterConfig(filterConfig(filters).replaceAll('"true"', '"false"'))).toMatchObject({ systemMounts: [], excludedPaths: [] });
    expect(readFilterConfig("no JSON")).toMatchObject({ excludedVendors: [] });
  });
});
