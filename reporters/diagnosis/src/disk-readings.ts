import type { NodeData } from "@kubera-e2e/schema/fact-data";
import type { Seen } from "./facts.ts";

/** The kubelet's own hard eviction thresholds; a node that disables them still runs out of disk. */
const LEAST_FREE = { fs: 0.1, "runtime.imageFs": 0.15 } as const;
const FILE_SYSTEMS = ["fs", "runtime.imageFs"] as const;

interface FileSystem {
  readonly fs: (typeof FILE_SYSTEMS)[number];
  /** Share of its bytes that is free. */
  readonly share: number;
  readonly capacityBytes: number;
}

/** What the kubelet of one node said about its file systems at one moment. */
export interface Reading {
  readonly seen: Seen<NodeData>;
  readonly free: readonly FileSystem[];
}

/** No reading when the kubelet told nothing. */
export const readingOf = (seen: Seen<NodeData>): Reading[] => {
  const free = FILE_SYSTEMS.flatMap((fs) => {
    const available = seen.data[`${fs}.availableBytes`];
    const capacity = seen.data[`${fs}.capacityBytes`];
    return available === undefined || capacity === undefined || capacity <= 0
      ? []
      : [{ fs, share: available / capacity, capacityBytes: capacity }];
  });
  return free.length === 0 ? [] : [{ seen, free }];
};

const isShort = ({ fs, share }: FileSystem): boolean => share < LEAST_FREE[fs];

export const isLow = (reading: Reading): boolean => reading.free.some(isShort);

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const GIB = 1024 ** 3;
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** Share that should be free with what is on the disk now. */
const COMFORTABLE = 0.4;

const WAYS = "(`crictl rmi --prune`, old logs, emptyDir volumes)";
const AFTER = "then take the bed's set again.";

/** The fullest file system of a node, as numbers; none when nothing was read. */
export const diskNumbers = (low: readonly Reading[]): Record<string, number> | undefined => {
  const worst = low.flatMap(({ free }) => free.filter(isShort)).toSorted((a, b) => a.share - b.share)[0];
  if (worst === undefined) return undefined;
  const enoughBytes = ((1 - worst.share) * worst.capacityBytes) / (1 - COMFORTABLE);
  return { isImageFs: worst.fs === "fs" ? 0 : 1, usedShare: 1 - worst.share, capacityBytes: worst.capacityBytes, enoughBytes };
};

type Numbers = Readonly<Record<string, number>> | undefined;

const nameOf = (numbers: NonNullable<Numbers>): string => (numbers["isImageFs"] === 1 ? "image file system" : "file system");
const usedPercent = (numbers: NonNullable<Numbers>): string => percent(numbers["usedShare"] ?? 0);

const growth = (numbers: Numbers): string =>
  numbers === undefined ? "to a larger one" : `from ${gib(numbers["capacityBytes"] ?? 0)} to ${gib(numbers["enoughBytes"] ?? 0)} or more`;

/** Summary and remedy for one node. */
export const diskWording = (node: string, numbers: Numbers): { readonly summary: string; readonly remedy: string } => ({
  summary: `Node ${node}: its ${numbers === undefined ? "disk is nearly full" : `${nameOf(numbers)} is ${usedPercent(numbers)} used`}, so it evicts pods and takes no new ones.`,
  remedy: `Free space on node ${node} ${WAYS} or grow its disk ${growth(numbers)}; ${AFTER}`,
});

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;

export interface FullNode {
  readonly node: string;
  readonly numbers: Numbers;
}

/** Summary and remedy for several nodes of one cluster; the disk that needs most says how far to grow. */
export const disksWording = (cluster: string, nodes: readonly FullNode[]): { readonly summary: string; readonly remedy: string } => {
  const needs = nodes.map(({ numbers }) => numbers).toSorted((a, b) => (b?.["enoughBytes"] ?? 0) - (a?.["enoughBytes"] ?? 0));
  const each = nodes.map(({ node, numbers }) =>
    numbers === undefined ? `${node} (nearly full)` : `${node} (${nameOf(numbers)} ${usedPercent(numbers)} used)`,
  );
  return {
    summary: `Disk pressure on ${nodes.length} nodes of cluster ${cluster}: ${each.join(", ")}. They evict pods and take no new ones.`,
    remedy: `Free space on ${listed(nodes.map(({ node }) => node))} ${WAYS} or grow each disk ${growth(needs[0])}; ${AFTER}`,
  };
};
