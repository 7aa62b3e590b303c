import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector, CollectorContext } from "./collector.ts";
import { fields, isoTime, scope } from "./fact-data.ts";
import type { KubeReader } from "./kube-reader.ts";

interface Terminated {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly finishedAt?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface RawPod {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
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

const isReady = (pod: RawPod): boolean => conditionOf(pod, "Ready")?.status === "True";

const isFine = (pod: RawPod): boolean => pod.status?.phase === "Succeeded" || (pod.status?.phase === "Running" && isReady(pod));

const statusesOf = (pod: RawPod): ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

/** A container that waits, has failed or was restarted tells something; one that finished well or runs untroubled does not. */
const tells = ({ state, restartCount, ready }: ContainerStatus): boolean => {
  if (state?.terminated !== undefined) return state.terminated.exitCode !== 0;
  return state?.waiting !== undefined || ready !== true || (restartCount ?? 0) > 0;
};

const terminatedFields = (prefix: string, terminated: Terminated | undefined): Record<string, string | number | undefined> => ({
  [`${prefix}.reason`]: terminated?.reason,
  [`${prefix}.message`]: terminated?.message,
  [`${prefix}.exitCode`]: terminated?.exitCode,
  [`${prefix}.finishedAt`]: isoTime(terminated?.finishedAt),
});

const containerFields = ({
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

const podFields = (pod: RawPod): Record<string, string | boolean | undefined> => ({
  phase: pod.status?.phase,
  reason: pod.status?.reason,
  message: pod.status?.message,
  ready: isReady(pod),
  "PodScheduled.reason": conditionOf(pod, "PodScheduled")?.reason,
  "PodScheduled.message": conditionOf(pod, "PodScheduled")?.message,
});

const factsOf = (cluster: string, pod: RawPod, context: CollectorContext): Fact[] => {
  const place = {
    bed: context.bed,
    cluster,
    namespace: pod.metadata?.namespace,
    kind: "Pod",
    name: pod.metadata?.name,
    node: pod.spec?.nodeName,
  };
  const base = { kind: "kubernetes.pod" as const, at: context.to.toISOString() };
  const telling = statusesOf(pod).filter(tells);
  if (telling.length === 0) return [{ ...base, scope: scope(place), data: fields(podFields(pod)) }];
  return telling.map((status) => ({
    ...base,
    scope: scope({ ...place, image: status.image }),
    data: fields({ ...podFields(pod), ...containerFields(status) }),
  }));
};

/** Pods that are not ready, have failed or were evicted, with one fact for each container that tells why. */
export const podsCollector = (kube: KubeReader): Collector => ({
  name: `pods ${kube.cluster}`,
  collect: async (context) => {
    const pods: readonly RawPod[] = await kube.list({ apiVersion: "v1", kind: "Pod" }, { signal: context.signal });
    return pods.filter((pod) => !isFine(pod)).flatMap((pod) => factsOf(kube.cluster, pod, context));
  },
});
