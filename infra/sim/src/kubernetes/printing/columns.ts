import type { KubeObject } from "../kube-object.ts";
import { at, count, labelsText, list, text } from "./fields.ts";
import { age, humanDuration } from "./human-duration.ts";
import { podReason, readyContainers, restarts } from "./pod-phase.ts";

export type Cell = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type?: "string" | "integer" | "boolean" | "number" | "date";
  readonly format?: "name";
  /** Shown by `-o wide` only. */
  readonly wide?: true;
  readonly cell: (object: KubeObject, nowMs: number) => Cell;
}

const NAME: Column = { name: "Name", format: "name", cell: (object) => object.metadata.name };
const AGE: Column = { name: "Age", cell: (object, nowMs) => age(object.metadata.creationTimestamp, nowMs) };

const field = (name: string, path: string, otherwise = "<none>"): Column => ({ name, cell: (object) => text(at(object, path), otherwise) });
const number = (name: string, path: string): Column => ({ name, type: "integer", cell: (object) => count(at(object, path)) });
const size = (name: string, path: string): Column => ({
  name,
  type: "integer",
  cell: (object) => Object.keys(at(object, path) ?? {}).length,
});
const wide = (...columns: readonly Column[]): Column[] => columns.map((column) => ({ ...column, wide: true }));

const joined = (values: readonly unknown[]): string => (values.length === 0 ? "<none>" : values.join(","));
const containersOf = (path: string): Column[] =>
  wide(
    { name: "Containers", cell: (object) => joined(list(at(object, path)).map((container) => container["name"] as unknown)) },
    { name: "Images", cell: (object) => joined(list(at(object, path)).map((container) => container["image"] as unknown)) },
  );
const SELECTOR: Column = { name: "Selector", wide: true, cell: (object) => labelsText(at(object, "spec.selector.matchLabels")) };
const TEMPLATE = "spec.template.spec.containers";

const ready = (path: string): Column => ({
  name: "Ready",
  cell: (object) => `${count(at(object, path))}/${count(at(object, "spec.replicas"))}`,
});

const nodeStatus = (node: KubeObject): string => {
  const condition = list(at(node, "status.conditions")).find((entry) => entry["type"] === "Ready");
  const state = condition === undefined ? "Unknown" : condition["status"] === "True" ? "Ready" : "NotReady";
  return at(node, "spec.unschedulable") === true ? `${state},SchedulingDisabled` : state;
};

const ROLE = "node-role.kubernetes.io/";
const nodeRoles = (node: KubeObject): string =>
  joined(
    Object.keys(node.metadata.labels ?? {})
      .filter((label) => label.startsWith(ROLE))
      .map((label) => label.slice(ROLE.length)),
  );

const nodeAddress = (name: string, type: string): Column => ({
  name,
  wide: true,
  cell: (node) => text(list(at(node, "status.addresses")).find((address) => address["type"] === type)?.["address"], "<none>"),
});

const servicePorts = (service: KubeObject): string =>
  joined(
    list(at(service, "spec.ports")).map((port) => {
      const outer: unknown = port["nodePort"];
      return `${text(port["port"], "")}${outer === undefined ? "" : `:${text(outer, "")}`}/${text(port["protocol"], "TCP")}`;
    }),
  );

const endpointsText = (object: KubeObject): string =>
  joined(
    list(at(object, "subsets")).flatMap((subset) =>
      list(subset["addresses"]).flatMap((address) => {
        const ports = list(subset["ports"]);
        const ip = text(address["ip"], "");
        return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${text(port["port"], "")}`);
      }),
    ),
  );

const ACCESS: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
const accessModes = (path: string): Column => ({
  name: "Access Modes",
  cell: (object) => ((at(object, path) ?? []) as string[]).map((mode) => ACCESS[mode] ?? mode).join(","),
});

const volumeStatus = (object: KubeObject): string =>
  object.metadata.deletionTimestamp === undefined ? text(at(object, "status.phase"), "") : "Terminating";

const claimOf = (volume: KubeObject): string => {
  const name = at(volume, "spec.claimRef.name");
  return name === undefined ? "" : `${text(at(volume, "spec.claimRef.namespace"), "")}/${text(name, "")}`;
};

const jobStatus = (job: KubeObject): string => {
  const condition = list(at(job, "status.conditions")).find(
    (entry) => entry["status"] === "True" && entry["type"] !== "SuccessCriteriaMet",
  );
  return text(condition?.["type"], "Running");
};

const jobDuration = (job: KubeObject, nowMs: number): string => {
  const start = at(job, "status.startTime");
  if (typeof start !== "string") return "";
  const end = at(job, "status.completionTime");
  return humanDuration((typeof end === "string" ? Date.parse(end) : nowMs) - Date.parse(start));
};

const eventObject = (event: KubeObject): string =>
  `${text(at(event, "involvedObject.kind"), "").toLowerCase()}/${text(at(event, "involvedObject.name"), "")}`;

const sinceOf = (path: string, name: string): Column => ({
  name,
  cell: (object, nowMs) => age(at(object, path) ?? at(object, "eventTime") ?? object.metadata.creationTimestamp, nowMs),
});

/** What `kubectl get` prints of the kinds it knows well; the others show name and age. */
export const DEFAULT_COLUMNS: readonly Column[] = [
  NAME,
  { name: "Created At", type: "date", cell: (object) => object.metadata.creationTimestamp },
];

export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    NAME,
    { name: "Ready", cell: readyContainers },
    { name: "Status", cell: podReason },
    { name: "Restarts", cell: restarts },
    AGE,
    ...wide(field("IP", "status.podIP"), field("Node", "spec.nodeName"), field("Nominated Node", "status.nominatedNodeName")),
  ],
  Deployment: [
    NAME,
    ready("status.readyReplicas"),
    number("Up-to-date", "status.updatedReplicas"),
    number("Available", "status.availableReplicas"),
    AGE,
    ...containersOf(TEMPLATE),
    SELECTOR,
  ],
  ReplicaSet: [
    NAME,
    number("Desired", "spec.replicas"),
    number("Current", "status.replicas"),
    number("Ready", "status.readyReplicas"),
    AGE,
    ...containersOf(TEMPLATE),
    SELECTOR,
  ],
  StatefulSet: [NAME, ready("status.readyReplicas"), AGE, ...containersOf(TEMPLATE)],
  DaemonSet: [
    NAME,
    number("Desired", "status.desiredNumberScheduled"),
    number("Current", "status.currentNumberScheduled"),
    number("Ready", "status.numberReady"),
    number("Up-to-date", "status.updatedNumberScheduled"),
    number("Available", "status.numberAvailable"),
    { name: "Node Selector", cell: (object) => labelsText(at(object, "spec.template.spec.nodeSelector")) },
    AGE,
    ...containersOf(TEMPLATE),
    SELECTOR,
  ],
  Job: [
    NAME,
    { name: "Status", cell: jobStatus },
    { name: "Completions", cell: (job) => `${count(at(job, "status.succeeded"))}/${count(at(job, "spec.completions"))}` },
    { name: "Duration", cell: jobDuration },
    AGE,
    ...containersOf(TEMPLATE),
    SELECTOR,
  ],
  CronJob: [
    NAME,
    field("Schedule", "spec.schedule"),
    field("Timezone", "spec.timeZone"),
    field("Suspend", "spec.suspend", "false"),
    { name: "Active", type: "integer", cell: (object) => list(at(object, "status.active")).length },
    {
      name: "Last Schedule",
      cell: (object, nowMs) =>
        at(object, "status.lastScheduleTime") === undefined ? "<none>" : age(at(object, "status.lastScheduleTime"), nowMs),
    },
    AGE,
  ],
  Node: [
    NAME,
    { name: "Status", cell: nodeStatus },
    { name: "Roles", cell: nodeRoles },
    AGE,
    field("Version", "status.nodeInfo.kubeletVersion", ""),
    nodeAddress("Internal-IP", "InternalIP"),
    nodeAddress("External-IP", "ExternalIP"),
    ...wide(
      field("OS-Image", "status.nodeInfo.osImage", "<unknown>"),
      field("Kernel-Version", "status.nodeInfo.kernelVersion", "<unknown>"),
      field("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", "<unknown>"),
    ),
  ],
  Namespace: [NAME, field("Status", "status.phase", ""), AGE],
  Service: [
    NAME,
    field("Type", "spec.type", ""),
    field("Cluster-IP", "spec.clusterIP"),
    { name: "External-IP", cell: (object) => joined((at(object, "spec.externalIPs") ?? []) as string[]) },
    { name: "Port(s)", cell: servicePorts },
    AGE,
    { name: "Selector", wide: true, cell: (object) => labelsText(at(object, "spec.selector")) },
  ],
  Endpoints: [NAME, { name: "Endpoints", cell: endpointsText }, AGE],
  ConfigMap: [NAME, size("Data", "data"), AGE],
  Secret: [NAME, field("Type", "type", ""), size("Data", "data"), AGE],
  ServiceAccount: [NAME, { name: "Secrets", type: "integer", cell: (object) => list(at(object, "secrets")).length }, AGE],
  PersistentVolume: [
    NAME,
    field("Capacity", "spec.capacity.storage", ""),
    accessModes("spec.accessModes"),
    field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", ""),
    { name: "Status", cell: volumeStatus },
    { name: "Claim", cell: claimOf },
    field("StorageClass", "spec.storageClassName", ""),
    field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
    field("Reason", "status.reason", ""),
    AGE,
    ...wide(field("VolumeMode", "spec.volumeMode", "<unset>")),
  ],
  PersistentVolumeClaim: [
    NAME,
    { name: "Status", cell: volumeStatus },
    field("Volume", "spec.volumeName", ""),
    field("Capacity", "status.capacity.storage", ""),
    accessModes("status.accessModes"),
    field("StorageClass", "spec.storageClassName", ""),
    field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
    AGE,
    ...wide(field("VolumeMode", "spec.volumeMode", "<unset>")),
  ],
  StorageClass: [
    NAME,
    field("Provisioner", "provisioner", ""),
    field("ReclaimPolicy", "reclaimPolicy", "Delete"),
    field("VolumeBindingMode", "volumeBindingMode", "Immediate"),
    field("AllowVolumeExpansion", "allowVolumeExpansion", "false"),
    AGE,
  ],
  Event: [
    sinceOf("lastTimestamp", "Last Seen"),
    field("Type", "type", ""),
    field("Reason", "reason", ""),
    { name: "Object", cell: eventObject },
    ...wide(field("Subobject", "involvedObject.fieldPath", ""), field("Source", "source.component", "")),
    { name: "Message", cell: (event) => text(at(event, "message"), "").trim() },
    ...wide(
      sinceOf("firstTimestamp", "First Seen"),
      { name: "Count", type: "integer", cell: (event) => count(at(event, "count")) || 1 },
      NAME,
    ),
  ],
  PodDisruptionBudget: [
    NAME,
    field("Min Available", "spec.minAvailable", "N/A"),
    field("Max Unavailable", "spec.maxUnavailable", "N/A"),
    number("Allowed Disruptions", "status.disruptionsAllowed"),
    AGE,
  ],
  NetworkPolicy: [NAME, { name: "Pod-Selector", cell: (policy) => labelsText(at(policy, "spec.podSelector.matchLabels")) }, AGE],
  Lease: [NAME, field("Holder", "spec.holderIdentity", ""), AGE],
  RoleBinding: [
    NAME,
    { name: "Role", cell: (object) => `${text(at(object, "roleRef.kind"), "")}/${text(at(object, "roleRef.name"), "")}` },
    AGE,
  ],
  ClusterRoleBinding: [
    NAME,
    { name: "Role", cell: (object) => `${text(at(object, "roleRef.kind"), "")}/${text(at(object, "roleRef.name"), "")}` },
    AGE,
  ],
};
