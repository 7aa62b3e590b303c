import type { Check, CheckResult } from "./check.ts";
import type { KubeReader } from "./ports.ts";

/** Shares below which a kubelet evicts, unless it is configured otherwise. */
const LIMITS = { fs: 0.1, imageFs: 0.15 } as const;

interface FsStats {
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
}

interface Summary {
  readonly node?: { readonly fs?: FsStats; readonly runtime?: { readonly imageFs?: FsStats } };
}

interface Reading {
  readonly text: string;
  readonly verdict: "ok" | "blocks" | "unknown";
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const read = (node: string, disk: keyof typeof LIMITS, stats: FsStats | undefined): Reading => {
  const { availableBytes, capacityBytes } = stats ?? {};
  if (availableBytes === undefined || capacityBytes === undefined || capacityBytes <= 0)
    return { text: `${node} told nothing of its ${disk}`, verdict: "unknown" };
  const free = availableBytes / capacityBytes;
  return { text: `${node} has ${percent(free)} of its ${disk} free`, verdict: free < LIMITS[disk] ? "blocks" : "ok" };
};

const readNode = async (kube: KubeReader, node: string, signal: AbortSignal): Promise<readonly Reading[]> => {
  try {
    const summary = (await kube.raw(`/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`, { signal })) as Summary;
    return [read(node, "fs", summary.node?.fs), read(node, "imageFs", summary.node?.runtime?.imageFs)];
  } catch (error) {
    signal.throwIfAborted();
    return [
      {
        text: `${node} could not be asked (${error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error)})`,
        verdict: "unknown",
      },
    ];
  }
};

const judge = (readings: readonly Reading[]): CheckResult => {
  const limit = `at least ${LIMITS.fs * 100} % of fs and ${LIMITS.imageFs * 100} % of imageFs free`;
  const told = (verdict: Reading["verdict"]): string[] => readings.filter((reading) => reading.verdict === verdict).map(({ text }) => text);
  const remedy = "Free or grow the disk of that VM: old images, logs, a template that was full; then restore the bed.";
  if (told("blocks").length > 0) return { status: "blocks", measured: told("blocks").join("; "), limit, remedy };
  if (told("unknown").length > 0)
    return {
      status: "unknown",
      measured: told("unknown").join("; "),
      limit,
      remedy: "Look whether the kubelet runs and its stats may be read.",
    };
  return { status: "ok", measured: `all of ${told("ok").length / 2} nodes have room`, limit };
};

/** Whether no node is about to evict for want of disk: a full one keeps all pods of Director from starting. */
export const nodeDisk = (kube: KubeReader, names: readonly string[]): Check => ({
  id: "node-disk",
  title: `the nodes of cluster ${kube.cluster} have disk`,
  subject: kube.cluster,
  run: async ({ signal }) => judge((await Promise.all(names.map((name) => readNode(kube, name, signal)))).flat()),
});
