import { isoTime } from "./fact-data.ts";

interface Terminated {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly finishedAt?: string;
  readonly containerID?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly containerID?: string;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

export interface RawPod {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

const conditionOf = (pod: RawPod, type: string) => pod.status?.conditions?.find((condition) => condition.type === type);

export const isReady = (pod: RawPod): boolean => conditionOf(pod, "Ready")?.status === "True";

export const statusesOf = (pod: RawPod): ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

const terminatedFields = (prefix: string, terminated: Terminated | undefined): Record<string, string | number | undefined> => ({
  [`${prefix}.reason`]: terminated?.reason,
  [`${prefix}.message`]: terminated?.message,
  [`${prefix}.exitCode`]: terminated?.exitCode,
  [`${prefix}.finishedAt`]: isoTime(terminated?.finishedAt),
});

export const containerFields = ({
  name,
  image,
  restartCount,
  state,
  lastState,
}: ContainerStatus): Record<string, string | number | undefined> => ({
  container: name,
  image,
  restartCount,
  "running.startedAt": isoTime(state?.running?.startedAt),
  "waiting.reason": state?.waiting?.reason,
  "waiting.message": state?.waiting?.message,
  ...terminatedFields("terminated", state?.terminated),
  ...terminatedFields("lastState.terminated", lastState?.terminated),
});

export const podFields = (pod: RawPod): Record<string, string | boolean | undefined> => ({
  phase: pod.status?.phase,
  reason: pod.status?.reason,
  message: pod.status?.message,
  ready: isReady(pod),
  "PodScheduled.reason": conditionOf(pod, "PodScheduled")?.reason,
  "PodScheduled.message": conditionOf(pod, "PodScheduled")?.message,
});

/** Where a pod is; its parts that are not known yet are left out by `scope`. */
export const podPlace = (where: { readonly bed: string; readonly cluster: string }, pod: RawPod) => ({
  ...where,
  namespace: pod.metadata?.namespace,
  kind: "Pod",
  name: pod.metadata?.name,
  node: pod.spec?.nodeName,
});
