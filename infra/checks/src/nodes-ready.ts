import type { Check, CheckResult } from "./check.ts";
import type { KubeReader } from "./ports.ts";

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

const PRESSURES = new Set(["DiskPressure", "MemoryPressure", "PIDPressure"]);

const troubleOf = (name: string, node: NodeObject | undefined): string | undefined => {
  if (node === undefined) return `${name} is not a node of the cluster`;
  const conditions = node.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return `${name} is not ready (${ready?.reason ?? "it told nothing"}: ${ready?.message ?? "no message"})`;
  const pressure = conditions.find(({ type, status }) => PRESSURES.has(type) && status === "True");
  return pressure === undefined
    ? undefined
    : `${name} has ${pressure.type}${pressure.message === undefined ? "" : ` (${pressure.message})`}`;
};

const judge = (cluster: string, names: readonly string[], nodes: readonly NodeObject[]): CheckResult => {
  const troubles = names.flatMap(
    (name) =>
      troubleOf(
        name,
        nodes.find(({ metadata }) => metadata.name === name),
      ) ?? [],
  );
  const limit = `all ${names.length} ready and without pressure`;
  if (troubles.length === 0) return { status: "ok", measured: `${names.length} of ${names.length} nodes of ${cluster} are ready`, limit };
  return {
    status: "blocks",
    measured: troubles.join("; "),
    limit,
    remedy: "Power the VM on, or look at its kubelet and its disk; `e2e bed restore` brings back a set that was Ready.",
  };
};

/** Whether every node that the bed names is ready and under no pressure. */
export const nodesReady = (kube: KubeReader, names: readonly string[]): Check => ({
  id: "nodes-ready",
  title: `the nodes of cluster ${kube.cluster} are ready`,
  subject: kube.cluster,
  run: async ({ signal }) =>
    judge(kube.cluster, names, (await kube.list({ apiVersion: "v1", kind: "Node" }, { signal })) as readonly NodeObject[]),
});
