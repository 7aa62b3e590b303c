import { createHash } from "node:crypto";
import { blockDisksOf, type BlockDisk } from "../../datacenter/block-disks.ts";
import { ApiStatusError } from "../../kubernetes/api-status.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import type { ResourceType } from "../../kubernetes/store.ts";
import { passesFilters, readFilterConfig, type DeviceFilters } from "../device-filters.ts";
import { recordAt, textAt } from "../json.ts";
import type { Manifest } from "../kube-apply.ts";
import { DEVICE_CONFIG, DEVICE_CONFIG_KEY } from "./openebs-objects.ts";
import { repeat, service } from "./process.ts";

const START_MS = 2000;
const LOOK_MS = 60_000;

const nodeOf = ({ pod }: ProgramContext): string => textAt(pod.spec, "nodeName") ?? "";

const blockDevice = (context: ProgramContext, disk: BlockDisk): Manifest => {
  const node = nodeOf(context);
  const { vendor, model, deviceType, driveType, sectorBytes: physicalSectorSize } = disk;
  const [mountPoint] = disk.mountPoints;
  const digest = createHash("md5").update(`${node} ${disk.path}`).digest("hex");
  return {
    apiVersion: "openebs.io/v1alpha1",
    kind: "BlockDevice",
    metadata: {
      name: `blockdevice-${digest}`,
      namespace: context.pod.metadata.namespace ?? "",
      labels: { "kubernetes.io/hostname": node, "ndm.io/blockdevice-type": "blockdevice", "ndm.io/managed": "true" },
    },
    spec: {
      path: disk.path,
      capacity: { storage: disk.bytes, logicalSectorSize: 512, physicalSectorSize },
      details: { deviceType, driveType, vendor, model, serial: digest.slice(0, 12) },
      filesystem: mountPoint === undefined ? {} : { fsType: "ext4", mountPoint },
      nodeAttributes: { nodeName: node },
      partitioned: "No",
    },
  };
};

/** What claims the device has nothing to do with whether it is there. */
const tellState = ({ store }: ProgramContext, resource: ResourceType, { device, state }: { device: KubeObject; state: string }): void => {
  const before = recordAt(device.status);
  if (before["state"] === state) return;
  store.updateStatus(resource, { ...device, status: { claimState: "Unclaimed", ...before, state } });
};

const devicesHere = (context: ProgramContext, resource: ResourceType): readonly KubeObject[] =>
  context.store
    .list(resource, context.pod.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/hostname"] === nodeOf(context));

const report = (context: ProgramContext, filters: DeviceFilters): void => {
  const { store } = context;
  const resource = store.resource("BlockDevice", "openebs.io");
  for (const disk of blockDisksOf(context.machine.spec)) {
    if (!passesFilters(disk, filters)) continue;
    const manifest = blockDevice(context, disk);
    const known = store.get(resource, manifest.metadata.namespace, manifest.metadata.name);
    tellState(context, resource, { device: known ?? store.create(resource, manifest), state: "Active" });
  }
};

/** A container that ends in order says that it does not know its devices any more; one that lost its power says nothing. */
const leave = (context: ProgramContext): void => {
  const { store, pod } = context;
  const now = store.get(store.resource("Pod"), pod.metadata.namespace, pod.metadata.name);
  if (now?.metadata.uid === pod.metadata.uid && now.metadata.deletionTimestamp === undefined) return;
  try {
    const resource = store.resource("BlockDevice", "openebs.io");
    for (const device of devicesHere(context, resource)) tellState(context, resource, { device, state: "Unknown" });
  } catch (error) {
    // Namespace and definitions may go with it.
    if (!(error instanceof ApiStatusError)) throw error;
  }
};

const filtersOf = ({ store, pod }: ProgramContext): DeviceFilters => {
  const config = store.get(store.resource("ConfigMap"), pod.metadata.namespace, DEVICE_CONFIG);
  return readFilterConfig(textAt(config, "data", DEVICE_CONFIG_KEY) ?? "");
};

/** NDM on one node: each device that passes the filters it was started with is a BlockDevice. */
export const nodeDiskManager: Program = service({
  startMs: START_MS,
  run(context) {
    const filters = filtersOf(context);
    context.signal.addEventListener("abort", () => leave(context), { once: true });
    return repeat(context, LOOK_MS, () => report(context, filters));
  },
});
