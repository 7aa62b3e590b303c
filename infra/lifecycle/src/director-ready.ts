import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { serverCluster, type BedClients } from "./bed-context.ts";
import { lackOf, type PodLook } from "./pod-back.ts";

interface WorkloadLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

const missingReplicas = ({ spec, status }: WorkloadLook, kind: string): number =>
  kind === "DaemonSet"
    ? (status?.desiredNumberScheduled ?? 0) - (status?.numberReady ?? 0)
    : (spec?.replicas ?? 1) - (status?.availableReplicas ?? status?.readyReplicas ?? 0);

const KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

export interface UpOptions {
  /** Containers told as started before this moment do not count; milliseconds since 1970. */
  readonly restartedAfterMs: number;
  readonly signal: AbortSignal;
}

/** Whether every workload of Director serves and its /ping answers. */
export const directorIsUp = async (context: BedClients, { restartedAfterMs, signal }: UpOptions): Promise<Observation<true>> => {
  const { namespace } = context.bed.director;
  const kube = await context.kube(serverCluster(context.bed).name);
  const options = { namespace, signal };
  const lists = await Promise.all(
    KINDS.map(async (kind) =>
      (await kube.list<WorkloadLook>({ apiVersion: "apps/v1", kind }, options)).map((workload) => ({ kind, workload })),
    ),
  );
  const workloads = lists.flat();
  if (workloads.length === 0) return notYet(`namespace ${namespace} has no workload`);
  const short = workloads.find(({ kind, workload }) => missingReplicas(workload, kind) > 0);
  const pods = await kube.list<PodLook>({ apiVersion: "v1", kind: "Pod" }, options);
  for (const pod of pods) {
    const lack = lackOf(pod, restartedAfterMs);
    if (lack !== undefined) return notYet(`pod ${namespace}/${pod.metadata.name}: ${lack}`);
  }
  if (short !== undefined)
    return notYet(`${short.kind} ${namespace}/${short.workload.metadata.name} lacks ${missingReplicas(short.workload, short.kind)} pods`);
  await context.pingDirector(signal);
  return reached(true);
};
