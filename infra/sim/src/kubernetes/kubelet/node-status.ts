import type { MachineSpec } from "../../datacenter/machine.ts";
import { withCondition } from "../controllers/conditions.ts";
import type { Condition, Node } from "../workload-objects.ts";
import type { NodeRuntime } from "./node-runtime.ts";

const KUBELET_VERSION = "v1.34.4";
const CPUS = "8";
const MEMORY = "32883120Ki";
const ALLOCATABLE_MEMORY = "32780720Ki";
const MOST_PODS = "110";
const MOST_IMAGES = 50;

export interface NodePressure {
  readonly disk: boolean;
}

/** Conditions as kubelet words them. */
const nodeConditions = (pressure: NodePressure): readonly Condition[] => [
  { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory", message: "kubelet has sufficient memory available" },
  pressure.disk
    ? { type: "DiskPressure", status: "True", reason: "KubeletHasDiskPressure", message: "kubelet has disk pressure" }
    : { type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure", message: "kubelet has no disk pressure" },
  { type: "PIDPressure", status: "False", reason: "KubeletHasSufficientPID", message: "kubelet has sufficient PID available" },
  { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
];

/** Labels and taints that a node registers with. */
export const nodeRegistration = (spec: MachineSpec, podCidr: string): Pick<Node, "spec"> & { readonly labels: Record<string, string> } => {
  const isControl = spec.plane === "control";
  return {
    labels: {
      "beta.kubernetes.io/arch": "amd64",
      "beta.kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "kubernetes.io/os": "linux",
      "kubernetes.io/hostname": spec.node,
      ...(isControl ? { "node-role.kubernetes.io/control-plane": "" } : {}),
    },
    spec: {
      podCIDR: podCidr,
      ...(isControl ? { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] } : {}),
    },
  };
};

const ephemeral = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`;

const imagesOf = (runtime: NodeRuntime): NonNullable<Node["status"]>["images"] =>
  [...runtime.disk.images]
    .toSorted(([, a], [, b]) => b.sizeBytes - a.sizeBytes)
    .slice(0, MOST_IMAGES)
    .map(([reference, image]) => ({ names: [reference], sizeBytes: image.sizeBytes }));

/** The status that kubelet posts for its node. */
export const nodeStatus = (runtime: NodeRuntime, pressure: NodePressure, before: Node["status"]): NonNullable<Node["status"]> => {
  const now = runtime.view.now();
  const heartbeats = nodeConditions(pressure).map((condition) => ({ ...condition, lastHeartbeatTime: now }));
  const { capacityBytes } = runtime.diskUse();
  const shared = { cpu: CPUS, "hugepages-2Mi": "0", pods: MOST_PODS };
  return {
    ...before,
    addresses: [
      { type: "InternalIP", address: runtime.addresses.nodeAddress },
      { type: "Hostname", address: runtime.name },
    ],
    capacity: { ...shared, memory: MEMORY, "ephemeral-storage": ephemeral(capacityBytes) },
    allocatable: { ...shared, memory: ALLOCATABLE_MEMORY, "ephemeral-storage": String(Math.floor(capacityBytes * 0.9)) },
    conditions: heartbeats.reduce<readonly Condition[]>(
      (known, condition) => withCondition(known, condition, now),
      before?.conditions ?? [],
    ),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    images: imagesOf(runtime) ?? [],
    nodeInfo: {
      architecture: "amd64",
      bootID: runtime.memory.bootId,
      containerRuntimeVersion: "containerd://2.1.4",
      kernelVersion: "6.1.0-28-amd64",
      kubeProxyVersion: "",
      kubeletVersion: KUBELET_VERSION,
      machineID: runtime.machine.uuid.replaceAll("-", ""),
      operatingSystem: "linux",
      osImage: "Debian GNU/Linux 12 (bookworm)",
      systemUUID: runtime.machine.uuid,
    },
  };
};
