import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector, CollectorContext } from "./collector.ts";
import { fields, scope } from "./fact-data.ts";
import type { KubeReader } from "./kube-reader.ts";
import { containerFields, isReady, podFields, podPlace, statusesOf, type ContainerStatus, type RawPod } from "./pod-fields.ts";

const isFine = (pod: RawPod): boolean => pod.status?.phase === "Succeeded" || (pod.status?.phase === "Running" && isReady(pod));

/** A container that waits, has failed or was restarted tells something; one that finished well or runs untroubled does not. */
const tells = ({ state, restartCount, ready }: ContainerStatus): boolean => {
  if (state?.terminated !== undefined) return state.terminated.exitCode !== 0;
  return state?.waiting !== undefined || ready !== true || (restartCount ?? 0) > 0;
};

const factsOf = (cluster: string, pod: RawPod, context: CollectorContext): Fact[] => {
  const place = podPlace({ bed: context.bed, cluster }, pod);
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
