import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { serverCluster, type BedClients } from "./bed-context.ts";

interface PodLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: { readonly running?: { readonly startedAt?: string }; readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** Why a pod does not serve; undefined when it does, or need not because it has done its work. */
const lackOf = (pod: PodLook, restartedAfterMs: number): string | undefined => {
  const { phase, conditions = [], containerStatuses = [] } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  const waiting = containerStatuses.find(({ state }) => state?.waiting !== undefined);
  if (waiting !== undefined) return `${waiting.name} is waiting: ${waiting.state?.waiting?.reason ?? "no reason"}`;
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return `it is ${phase ?? "unknown"} and not Ready`;
  // Right after a restore the API still tells of the containers that ran when the set was taken.
  const old = containerStatuses.find(({ state }) => Date.parse(state?.running?.startedAt ?? "") + 1000 < restartedAfterMs);
  return old === undefined ? undefined : `${old.name} is told as running since before the restore`;
};

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
