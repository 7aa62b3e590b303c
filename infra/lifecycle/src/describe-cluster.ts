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

const look = async (context: BedContext, cluster: string, signal: AbortSignal): Promise<ClusterLook> => {
  const kube = await context.kube(cluster);
  const [version, nodes, server] = await Promise.all([
    kube.raw("/version", { signal }) as Promise<{ readonly gitVersion?: string }>,
    kube.list<NodeLook>({ apiVersion: "v1", kind: "Node" }, { signal }),
    context.lookAtServer(cluster, signal),
  ]);
  const bootIds = nodes.flatMap((node): [string, string][] => {
    const bootId = node.status?.nodeInfo?.bootID;
    return bootId === undefined ? [] : [[node.metadata.name, bootId]];
  });
  return {
    cluster,
    bootIds: new Map(bootIds),
    ...(version.gitVersion !== undefined && { kubernetes: version.gitVersion }),
    ...(server.certificatesUntil !== undefined && { certificatesUntil: server.certificatesUntil }),
  };
};

/** Version, bootIDs and certificates of a cluster, as far as its API tells them within five seconds. */
export const describeCluster = async (context: BedContext, cluster: string, options: DescribeOptions): Promise<ClusterLook> => {
  const deadline = { clock: context.clock, ms: LOOK_LIMIT_MS, what: `a look at ${cluster}`, where: cluster, signal: options.signal };
  try {
    return await withinDeadline(deadline, (signal) => look(context, cluster, signal));
  } catch (error) {
    options.signal.throwIfAborted();
    options.onUnknown(`its version, bootIDs and certificates are unknown: ${reasonOf(error)}`);
    return { cluster, bootIds: new Map() };
  }
};
