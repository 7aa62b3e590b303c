import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector, CollectorContext } from "./collector.ts";
import { fields, scope } from "./fact-data.ts";
import type { KubeReader } from "./kube-reader.ts";
import { nodeFields, nodePlace, type RawNode } from "./node-fields.ts";

interface FsStats {
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
  readonly usedBytes?: number;
  readonly inodes?: number;
  readonly inodesFree?: number;
}

interface Summary {
  readonly node?: {
    readonly fs?: FsStats;
    readonly runtime?: { readonly imageFs?: FsStats };
    readonly memory?: { readonly availableBytes?: number };
  };
}

const fsFields = (prefix: string, fs: FsStats | undefined): Record<string, number | undefined> => ({
  [`${prefix}.availableBytes`]: fs?.availableBytes,
  [`${prefix}.capacityBytes`]: fs?.capacityBytes,
  [`${prefix}.usedBytes`]: fs?.usedBytes,
  [`${prefix}.inodes`]: fs?.inodes,
  [`${prefix}.inodesFree`]: fs?.inodesFree,
});

const summaryFields = ({ node }: Summary): Record<string, number | undefined> => ({
  ...fsFields("fs", node?.fs),
  ...fsFields("runtime.imageFs", node?.runtime?.imageFs),
  "memory.availableBytes": node?.memory?.availableBytes,
});

/** A kubelet that does not answer is told by its node's own condition, so only the missing numbers are named here. */
const statsOf = async (kube: KubeReader, name: string, signal: AbortSignal): Promise<Record<string, number | string | undefined>> => {
  try {
    return summaryFields((await kube.raw(`/api/v1/nodes/${name}/proxy/stats/summary`, { signal })) as Summary);
  } catch (error) {
    return { "stats.missing": error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
};

const factOf = async (kube: KubeReader, node: RawNode, context: CollectorContext): Promise<Fact> => {
  const name = node.metadata?.name ?? "";
  const stats = await statsOf(kube, name, context.signal);
  return {
    kind: "kubernetes.node",
    at: context.to.toISOString(),
    scope: scope(nodePlace({ bed: context.bed, cluster: kube.cluster }, node)),
    data: fields({
      ...nodeFields(node),
      ...stats,
    }),
  };
};

/** Every node with its conditions, bootID, taints and the numbers of its kubelet's `/stats/summary`. */
export const nodesCollector = (kube: KubeReader): Collector => ({
  name: `nodes ${kube.cluster}`,
  collect: async (context) => {
    const nodes = await kube.list({ apiVersion: "v1", kind: "Node" }, { signal: context.signal });
    return Promise.all(nodes.map((node) => factOf(kube, node, context)));
  },
});
