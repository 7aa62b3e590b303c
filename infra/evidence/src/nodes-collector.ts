import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector, CollectorContext } from "./collector.ts";
import { fields, isoTime, scope } from "./fact-data.ts";
import type { KubeReader } from "./kube-reader.ts";

interface RawNode {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly nodeInfo?: { readonly bootID?: string; readonly kubeletVersion?: string };
  };
}

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

const conditionFields = (node: RawNode): Record<string, string | undefined> =>
  Object.fromEntries(
    (node.status?.conditions ?? []).flatMap((condition) => [
      [`${condition.type}.status`, condition.status],
      [`${condition.type}.reason`, condition.reason],
      [`${condition.type}.message`, condition.message],
      [`${condition.type}.lastTransitionTime`, isoTime(condition.lastTransitionTime)],
    ]),
  );

const fsFields = (prefix: string, fs: FsStats | undefined): Record<string, number | undefined> => ({
  [`${prefix}.availableBytes`]: fs?.availableBytes,
  [`${prefix}.capacityBytes`]: fs?.capacityBytes,
  [`${prefix}.usedBytes`]: fs?.usedBytes,
  [`${prefix}.inodes`]: fs?.inodes,
  [`${prefix}.inodesFree`]: fs?.inodesFree,
});

const taintsOf = (node: RawNode): string =>
  (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`).join(",");

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
    scope: scope({ bed: context.bed, cluster: kube.cluster, node: name, kind: "Node", name }),
    data: fields({
      ...conditionFields(node),
      "nodeInfo.bootID": node.status?.nodeInfo?.bootID,
      "nodeInfo.kubeletVersion": node.status?.nodeInfo?.kubeletVersion,
      unschedulable: node.spec?.unschedulable ?? false,
      taints: taintsOf(node),
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
