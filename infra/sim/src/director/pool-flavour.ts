import { parse } from "yaml";
import { HOSTNAME } from "./cstor-kinds.ts";
import type { KindName } from "./defined-kinds.ts";
import { listAt, recordAt, textAt, type JsonRecord } from "./json.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";

/** One pool on one node, as its cluster object asks for it. */
export interface PoolPlan {
  readonly node: string;
  readonly raidType: string;
  readonly groups: readonly (readonly string[])[];
}

/** Where a StorageClass wants its volumes. */
export interface VolumeWish {
  readonly pool: string;
  readonly replicas: number;
}

/** One of the two generations of cStor: what its objects are called and how they say what they want. */
export interface PoolFlavour {
  readonly cluster: KindName;
  readonly instance: KindName;
  readonly replica: KindName;
  /** Whether cluster and instance live in a namespace. */
  readonly namespaced: boolean;
  /** Label of instances, pods and claims: the cluster object they belong to. */
  readonly clusterLabel: string;
  /** Label of pods and replicas: the pool instance they belong to. */
  readonly instanceLabel: string;
  readonly image: string;
  readonly onlinePhase: string;
  readonly provisioner: string;
  readonly plansOf: (cluster: KubeObject, devices: readonly KubeObject[]) => readonly PoolPlan[];
  readonly wishOf: (storageClass: KubeObject) => VolumeWish | undefined;
}

const texts = (values: readonly unknown[]): string[] => values.filter((value): value is string => typeof value === "string");

const clusterPlan = (pool: unknown): PoolPlan => ({
  node: textAt(pool, "nodeSelector", HOSTNAME) ?? "",
  raidType: textAt(pool, "poolConfig", "dataRaidGroupType") ?? "stripe",
  groups: listAt(pool, "dataRaidGroups").map((group) =>
    texts(listAt(group, "blockDevices").map((device) => textAt(device, "blockDeviceName"))),
  ),
});

/** How many replicas a class asks for; undefined when that is no count. */
export const replicaCount = (given: unknown): number | undefined =>
  typeof given === "string" && /^[1-9]\d*$/.test(given) ? Number(given) : undefined;

const wishFor = (pool: unknown, count: unknown): VolumeWish | undefined => {
  const replicas = replicaCount(count);
  return typeof pool !== "string" || replicas === undefined ? undefined : { pool, replicas };
};

/** CStorPoolCluster of cstor.openebs.io/v1, whose volumes come by CSI. */
export const CSPC: PoolFlavour = {
  cluster: { group: "cstor.openebs.io", version: "v1", kind: "CStorPoolCluster" },
  instance: { group: "cstor.openebs.io", version: "v1", kind: "CStorPoolInstance" },
  replica: { group: "cstor.openebs.io", version: "v1", kind: "CStorVolumeReplica" },
  namespaced: true,
  clusterLabel: "openebs.io/cstor-pool-cluster",
  instanceLabel: "cstorpoolinstance.openebs.io/name",
  image: "cstor-pool-manager",
  onlinePhase: "ONLINE",
  provisioner: "cstor.csi.openebs.io",
  plansOf: (cluster) => listAt(cluster.spec, "pools").map(clusterPlan),
  wishOf: (storageClass) => {
    const { cstorPoolCluster: pool, replicaCount: count = "1" } = recordAt(storageClass, "parameters");
    return wishFor(pool, count);
  },
};

const POOL_TYPES: Readonly<Record<string, string>> = { striped: "stripe", mirrored: "mirror", raidz: "raidz", raidz2: "raidz2" };

const byNode = (names: readonly string[], devices: readonly KubeObject[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const { metadata } of devices.filter((device) => names.includes(device.metadata.name))) {
    const node = metadata.labels?.[HOSTNAME] ?? "";
    found.set(node, [...(found.get(node) ?? []), metadata.name]);
  }
  return found;
};

/** `cas.openebs.io/config`: YAML text with a list of names and values. */
export const casConfig = ({ metadata }: KubeObject): JsonRecord => {
  const entries: unknown = parse(metadata.annotations?.["cas.openebs.io/config"] ?? "[]");
  const pairs = Array.isArray(entries) ? (entries as unknown[]) : [];
  return Object.fromEntries(pairs.map((entry) => [textAt(entry, "name") ?? "", String(recordAt(entry)["value"])]));
};

/** StoragePoolClaim of openebs.io/v1alpha1, whose pools are CStorPools and whose volumes come by iSCSI. */
export const SPC: PoolFlavour = {
  cluster: { group: "openebs.io", version: "v1alpha1", kind: "StoragePoolClaim" },
  instance: { group: "openebs.io", version: "v1alpha1", kind: "CStorPool" },
  replica: { group: "openebs.io", version: "v1alpha1", kind: "CStorVolumeReplica" },
  namespaced: false,
  clusterLabel: "openebs.io/storage-pool-claim",
  instanceLabel: "cstorpool.openebs.io/name",
  image: "cstor-pool",
  onlinePhase: "Healthy",
  provisioner: "openebs.io/provisioner-iscsi",
  plansOf: (cluster, devices) => {
    const names = texts(listAt(cluster.spec, "blockDevices", "blockDeviceList"));
    const raidType = POOL_TYPES[textAt(cluster.spec, "poolSpec", "poolType") ?? "striped"] ?? "stripe";
    return [...byNode(names, devices)].map(([node, own]) => ({ node, raidType, groups: [own] }));
  },
  wishOf: (storageClass) => {
    const { StoragePoolClaim: pool, ReplicaCount: count = "1" } = casConfig(storageClass);
    return wishFor(pool, count);
  },
};

export const FLAVOURS: readonly PoolFlavour[] = [CSPC, SPC];
