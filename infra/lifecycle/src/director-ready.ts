import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { serverCluster, type BedClients } from "./bed-context.ts";
import { lackOf, type PodLook } from "./pod-back.ts";
import { startRanks, type StartRanks } from "./start-ranks.ts";

interface WorkloadLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly replicas?: number; readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
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
  /** Names the release whose start order tells which workload is waited for first: `director@1.12.0`. */
  readonly state: string;
  /** Containers told as started before this moment do not count; milliseconds since 1970. */
  readonly restartedAfterMs: number;
  readonly signal: AbortSignal;
}

interface Listed {
  readonly kind: (typeof KINDS)[number];
  readonly workload: WorkloadLook;
}

const isOf = ({ metadata }: PodLook, { workload }: Listed): boolean => {
  const wanted = Object.entries(workload.spec?.selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => metadata.labels?.[key] === value);
};

/** The first that does not serve, in start order: one that comes later may only wait for it. */
const firstLack = (
  seen: { readonly workloads: readonly Listed[]; readonly pods: readonly PodLook[] },
  { namespace, ranks, restartedAfterMs }: { readonly namespace: string; readonly ranks: StartRanks; readonly restartedAfterMs: number },
): string | undefined => {
  const ownerOf = (pod: PodLook): string => seen.workloads.find((one) => isOf(pod, one))?.workload.metadata.name ?? "";
  const byWave =
    <T>(name: (one: T) => string) =>
    (a: T, b: T): number => {
      const [first, second] = [ranks.waveOf(name(a)), ranks.waveOf(name(b))];
      return first === second ? 0 : first - second;
    };
  const told = (because: string, workload: string): string => [because, ranks.describe(workload)].filter(Boolean).join("; it ");
  for (const pod of seen.pods.toSorted(byWave(ownerOf))) {
    const lack = lackOf(pod, restartedAfterMs);
    if (lack !== undefined) return told(`pod ${namespace}/${pod.metadata.name}: ${lack}`, ownerOf(pod));
  }
  const short = seen.workloads
    .toSorted(byWave(({ workload }) => workload.metadata.name))
    .find(({ kind, workload }) => missingReplicas(workload, kind) > 0);
  if (short === undefined) return undefined;
  const { name } = short.workload.metadata;
  return told(`${short.kind} ${namespace}/${name} lacks ${missingReplicas(short.workload, short.kind)} pods`, name);
};

/** Whether every workload of Director serves and its /ping answers. */
export const directorIsUp = async (context: BedClients, { state, restartedAfterMs, signal }: UpOptions): Promise<Observation<true>> => {
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
  const pods = await kube.list<PodLook>({ apiVersion: "v1", kind: "Pod" }, options);
  const lack = firstLack({ workloads, pods }, { namespace, ranks: await startRanks(state), restartedAfterMs });
  if (lack !== undefined) return notYet(lack);
  await context.pingDirector(signal);
  return reached(true);
};
