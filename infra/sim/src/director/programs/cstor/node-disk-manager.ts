import { createHash } from "node:crypto";
import type { DataDisk } from "../../../datacenter/machine.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { apiVersionOf, BLOCK_DEVICE, HOSTNAME, servedKind } from "../../cstor-kinds.ts";
import { listAt, parsedJson, textAt } from "../../json.ts";
import { service } from "../process.ts";
import { follow } from "./follow.ts";

const digest = (text: string): string => createHash("md5").update(text).digest("hex");

const nodeOf = ({ pod }: ProgramContext): string => textAt(pod.spec, "nodeName") ?? "";

interface Place {
  readonly namespace: string;
  readonly node: string;
}

const placeOf = (context: ProgramContext): Place => ({ namespace: context.pod.metadata.namespace ?? "openebs", node: nodeOf(context) });

const nameOf = ({ node }: Place, { path }: DataDisk): string => `blockdevice-${digest(`${node} ${path}`)}`;

const manifest = (place: Place, disk: DataDisk) => ({
  apiVersion: apiVersionOf(BLOCK_DEVICE),
  kind: BLOCK_DEVICE.kind,
  metadata: {
    name: nameOf(place, disk),
    namespace: place.namespace,
    labels: { [HOSTNAME]: place.node, "ndm.io/managed": "true", "ndm.io/blockdevice-type": "blockdevice" },
  },
  spec: {
    path: disk.path,
    capacity: { storage: disk.bytes, logicalSectorSize: 512, physicalSectorSize: disk.sectorBytes },
    details: { deviceType: "disk", driveType: disk.driveType, model: "Virtual_disk", serial: digest(disk.path).slice(0, 12) },
    filesystem: {},
    nodeAttributes: { nodeName: place.node },
    partitioned: "No",
  },
});

const paths = (text: string | undefined): readonly string[] => (text ?? "").split(",").flatMap((part) => part.trim() || []);

/** What the ConfigMap of the installation lets through. */
const wantedDisks = ({ store, pod, machine }: ProgramContext): readonly DataDisk[] => {
  const config = store.get(store.resource("ConfigMap"), pod.metadata.namespace, "openebs-ndm-config");
  const filters = listAt(parsedJson(textAt(config, "data", "node-disk-manager.config") ?? "{}"), "filterconfigs");
  const filter = filters.find((entry) => textAt(entry, "key") === "path-filter");
  const [include, exclude] = [paths(textAt(filter, "include")), paths(textAt(filter, "exclude"))];
  return (machine.spec.disks ?? []).filter(
    ({ path }) =>
      (include.length === 0 || include.some((prefix) => path.startsWith(prefix))) && !exclude.some((prefix) => path.startsWith(prefix)),
  );
};

const tellState = (context: ProgramContext, disk: DataDisk, state: "Active" | "Unknown"): void => {
  const { store } = context;
  const place = placeOf(context);
  const resource = servedKind(store, BLOCK_DEVICE);
  if (resource === undefined) return;
  const known = store.get(resource, place.namespace, nameOf(place, disk));
  if (known === undefined && state === "Unknown") return;
  const device = known ?? store.create(resource, manifest(place, disk));
  if (textAt(device.status, "state") === state) return;
  store.updateStatus(resource, { ...device, status: { claimState: "Unclaimed", ...device.status, state } });
};

/** NDM's last word about its disks; a machine without power has none. */
const farewell = (context: ProgramContext, disks: readonly DataDisk[]): void => {
  if (context.machine.memory === undefined) return;
  try {
    for (const disk of disks) tellState(context, disk, "Unknown");
  } catch {
    context.log("the disks of this node could not be told as unknown");
  }
};

/** Shows the disks of its node as BlockDevices: Active while it runs, of unknown state once it has ended. */
export const nodeDiskManager: Program = service({
  startMs: 1000,
  run: (context) => {
    const disks = wantedDisks(context);
    context.signal.addEventListener("abort", () => farewell(context, disks), { once: true });
    return follow(context, ["BlockDevice", "CustomResourceDefinition"], () => {
      for (const disk of disks) tellState(context, disk, "Active");
    });
  },
});
