import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import type { NodeLook } from "./node-look.ts";
import { reasonOf } from "./reason-of.ts";

/** What a set remembers of a cluster; what its API would not tell is absent. */
export interface ClusterLook {
  readonly cluster: string;
  readonly kubernetes?: string;
  /** Last moment at which the certificates of its kubeconfig hold. */
  readonly certificatesUntil?: string;
  /** By node. */
  readonly bootIds: ReadonlyMap<string, string>;
}

export interface DescribeOptions {
  readonly signal: AbortSignal;
  /** Called when the cluster would not tell. */
  readonly onUnknown: (because: string) => void;
}

const LOOK_LIMIT_MS = 5000;

const listBootIds = async (context: BedContext, cluster: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const kube = await context.kube(cluster);
  const nodes = await kube.list<NodeLook>({ apiVersion: "v1", kind: "Node" }, { signal });
  const bootIds = nodes.flatMap((node): [string, string][] => {
    const bootId = node.status?.nodeInfo?.bootID;
    return bootId === undefined ? [] : [[node.metadata.name, bootId]];
  });
  return new Map(bootIds);
};

const look = async (context: BedContext, cluster: string, signal: AbortSignal): Promise<ClusterLook> => {
  const kube = await context.kube(cluster);
  const [version, bootIds, server] = await Promise.all([
    kube.raw("/version", { signal }) as Promise<{ readonly gitVersion?: string }>,
    listBootIds(context, cluster, signal),
    context.lookAtServer(cluster, signal),
  ]);
  return {
    cluster,
    bootIds,
    ...(version.gitVersion !== undefined && { kubernetes: version.gitVersion }),
    ...(server.certificatesUntil !== undefined && { certificatesUntil: server.certificatesUntil }),
  };
};

interface Look<T> extends DescribeOptions {
  /** What it tells, for `onUnknown`. */
  readonly what: string;
  readonly read: (signal: AbortSignal) => Promise<T>;
  /** Answered where it does not tell. */
  readonly otherwise: T;
}

const withinLimit = async <T>(context: BedContext, cluster: string, { what, read, otherwise, signal, onUnknown }: Look<T>): Promise<T> => {
  const deadline = { clock: context.clock, ms: LOOK_LIMIT_MS, what: `a look at ${cluster}`, where: cluster, signal };
  try {
    return await withinDeadline(deadline, read);
  } catch (error) {
    signal.throwIfAborted();
    onUnknown(`its ${what} are unknown: ${reasonOf(error)}`);
    return otherwise;
  }
};

/** Version, bootIDs and certificates of a cluster, as far as its API tells them within five seconds. */
export const describeCluster = (context: BedContext, cluster: string, options: DescribeOptions): Promise<ClusterLook> =>
  withinLimit<ClusterLook>(context, cluster, {
    ...options,
    what: "version, bootIDs and certificates",
    read: (signal) => look(context, cluster, signal),
    otherwise: { cluster, bootIds: new Map() },
  });

/** bootIDs of a cluster by node, as far as its API tells them within five seconds. */
export const bootIdsOf = (context: BedContext, cluster: string, options: DescribeOptions): Promise<ClusterLook["bootIds"]> =>
  withinLimit<ClusterLook["bootIds"]>(context, cluster, {
    ...options,
    what: "bootIDs",
    read: (signal) => listBootIds(context, cluster, signal),
    otherwise: new Map(),
  });
