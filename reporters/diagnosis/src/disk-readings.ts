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

/** Summary and remedy in terms of the fullest file system that was read. */
export const diskWording = (node: string, low: readonly Reading[]): { readonly summary: string; readonly remedy: string } => {
  const worst = low.flatMap(({ free }) => free.filter(isShort)).toSorted((a, b) => a.share - b.share)[0];
  const clean = `Free space on node ${node} (\`crictl rmi --prune\`, old logs, emptyDir volumes)`;
  const after = "then take the bed's set again.";
  if (worst === undefined) {
    return {
      summary: `Node ${node}: its disk is nearly full, so it evicts pods and takes no new ones.`,
      remedy: `${clean} or give it a larger disk; ${after}`,
    };
  }
  const name = worst.fs === "fs" ? "file system" : "image file system";
  const enough = gib(((1 - worst.share) * worst.capacityBytes) / (1 - COMFORTABLE));
  return {
    summary: `Node ${node}: its ${name} is ${percent(1 - worst.share)} used, so it evicts pods and takes no new ones.`,
    remedy: `${clean} or grow its disk from ${gib(worst.capacityBytes)} to ${enough} or more; ${after}`,
  };
};
