import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector, CollectorContext } from "./collector.ts";
import { fields, scope } from "./fact-data.ts";
import type { KubeReader } from "./kube-reader.ts";

interface RawWorkload {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly replicas?: number;
    readonly availableReplicas?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly numberReady?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

const KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

const counts = (kind: string, { spec, status }: RawWorkload): { readonly wanted: number; readonly available: number } =>
  kind === "DaemonSet"
    ? { wanted: status?.desiredNumberScheduled ?? 0, available: status?.numberAvailable ?? status?.numberReady ?? 0 }
    : { wanted: spec?.replicas ?? 1, available: status?.availableReplicas ?? status?.readyReplicas ?? 0 };

const conditionFields = ({ status }: RawWorkload): Record<string, string | undefined> =>
  Object.fromEntries(
    (status?.conditions ?? []).flatMap(({ type, status, reason, message }) => [
      [`${type}.status`, status],
      [`${type}.reason`, reason],
      [`${type}.message`, message],
    ]),
  );

const collectKind = async (kube: KubeReader, kind: string, { bed, to, signal }: CollectorContext): Promise<Fact[]> => {
  const workloads: readonly RawWorkload[] = await kube.list({ apiVersion: "apps/v1", kind }, { signal });
  return workloads
    .map((workload) => ({ workload, ...counts(kind, workload) }))
    .filter(({ wanted, available }) => available < wanted)
    .map(({ workload, wanted, available }) => ({
      kind: "kubernetes.workload" as const,
      at: to.toISOString(),
      scope: scope({ bed, cluster: kube.cluster, namespace: workload.metadata?.namespace, kind, name: workload.metadata?.name }),
      data: fields({ replicas: wanted, availableReplicas: available, ...conditionFields(workload) }),
    }));
};

/** Deployments, StatefulSets and DaemonSets with fewer available pods than they should have. */
export const workloadsCollector = (kube: KubeReader): Collector => ({
  name: `workloads ${kube.cluster}`,
  collect: async (context) => (await Promise.all(KINDS.map((kind) => collectKind(kube, kind, context)))).flat(),
});
