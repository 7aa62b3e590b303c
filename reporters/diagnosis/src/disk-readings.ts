import type { Fact } from "@kubera-e2e/schema/evidence";
import { type NodeData, nodeDataSchema } from "@kubera-e2e/schema/fact-data";
import { groupBy } from "./group.ts";
import { listed } from "./rule.ts";

/** The kubelet's own hard eviction thresholds; a node that disables them still runs out of disk. */
const LEAST_FREE = { fs: 0.1, "runtime.imageFs": 0.15 } as const;
const FILE_SYSTEMS = ["fs", "runtime.imageFs"] as const;

interface FileSystem {
  readonly fs: (typeof FILE_SYSTEMS)[number];
  /** Share of its bytes that is free. */
  readonly share: number;
  readonly capacityBytes: number;
}

const fileSystemsOf = (data: NodeData): FileSystem[] =>
  FILE_SYSTEMS.flatMap((fs) => {
    const available = data[`${fs}.availableBytes`];
    const capacity = data[`${fs}.capacityBytes`];
    return available === undefined || capacity === undefined || capacity <= 0
      ? []
      : [{ fs, share: available / capacity, capacityBytes: capacity }];
  });

const isShort = ({ fs, share }: FileSystem): boolean => share < LEAST_FREE[fs];

/** Whether the kubelet told how full its file systems are. */
export const isReading = (data: NodeData): boolean => fileSystemsOf(data).length > 0;

/** Whether the kubelet told that one of its file systems is below the threshold at which it evicts. */
export const isLow = (data: NodeData): boolean => fileSystemsOf(data).some(isShort);

/** The fullest file system that a node's kubelet told of among these facts, if one is below its threshold. */
const worstOf = (facts: readonly Fact[]): FileSystem | undefined =>
  facts
    .filter(({ kind }) => kind === "kubernetes.node")
    .flatMap(({ data }) => fileSystemsOf(nodeDataSchema.safeParse(data).data ?? {}))
    .filter(isShort)
    .toSorted((a, b) => a.share - b.share)[0];

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const GIB = 1024 ** 3;
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** Share that should be free with what is on the disk now. */
const COMFORTABLE = 0.4;

const enoughBytes = ({ share, capacityBytes }: FileSystem): number => ((1 - share) * capacityBytes) / (1 - COMFORTABLE);

const growth = (worst: FileSystem | undefined): string =>
  worst === undefined ? "to a larger one" : `from ${gib(worst.capacityBytes)} to ${gib(enoughBytes(worst))} or more`;

const nameOf = ({ fs }: FileSystem): string => (fs === "fs" ? "file system" : "image file system");
const used = ({ share }: FileSystem): string => `${percent(1 - share)} used`;

export interface FullNode {
  readonly node: string;
  /** What was seen of it. */
  readonly evidence: readonly Fact[];
}

interface Wording {
  readonly summary: string;
  readonly remedy: string;
}

const remedyOf = (names: string, disk: string): string =>
  `Free space on ${names} (\`crictl rmi --prune\`, old logs, emptyDir volumes) or grow ${disk}; then take the bed's set again.`;

/** Summary and remedy for one full node, in terms of its fullest file system. */
export const diskWording = ({ node, evidence }: FullNode): Wording => {
  const worst = worstOf(evidence);
  const told = worst === undefined ? "its disk is nearly full" : `its ${nameOf(worst)} is ${used(worst)}`;
  return {
    summary: `Node ${node}: ${told}, so it evicts pods and takes no new ones.`,
    remedy: remedyOf(`node ${node}`, `its disk ${growth(worst)}`),
  };
};

/** Summary and remedy for several full nodes of one cluster; the disk that needs most says how far to grow. */
export const disksWording = (cluster: string, nodes: readonly FullNode[]): Wording => {
  const seen = nodes.map(({ node, evidence }) => ({ node, worst: worstOf(evidence) }));
  const neediest = seen.flatMap(({ worst }) => worst ?? []).toSorted((a, b) => enoughBytes(b) - enoughBytes(a))[0];
  const byState = groupBy(seen, ({ worst }) => (worst === undefined ? "nearly full" : `${nameOf(worst)} ${used(worst)}`));
  const told = [...byState].map(([how, group]) => `${listed(group.map(({ node }) => node))} (${how})`);
  return {
    summary: `Disk pressure on ${nodes.length} nodes of cluster ${cluster}: ${told.join("; ")}. They evict pods and take no new ones.`,
    remedy: remedyOf(listed(nodes.map(({ node }) => node)), `each disk ${growth(neediest)}`),
  };
};
