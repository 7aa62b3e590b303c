import { VOLUME_LABEL } from "./cstor-kinds.ts";
import { textAt } from "./json.ts";
import { JIVA_REPLICA } from "./volume-state.ts";
import type { VolumePlace } from "./volume-access.ts";
import type { NetworkFault } from "../datacenter/memory.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";

/** By cluster and node: what packets that leave its pods meet, by uid of the pod; undefined when there is no such node, or it is off. */
export type NetworksOf = (cluster: string, node: string) => ReadonlyMap<string, NetworkFault> | undefined;

export interface VolumeWiring {
  readonly networksOf: NetworksOf;
}

const NONE: NetworkFault = { delayMs: 0, lossPercent: 0 };

export const networkFault = ({ networksOf }: VolumeWiring, cluster: string, { metadata, spec }: KubeObject): NetworkFault =>
  networksOf(cluster, textAt(spec, "nodeName") ?? "")?.get(metadata.uid) ?? NONE;

/** So often packets go to and fro until a volume is mounted, read and written. */
const ROUND_TRIPS = 20;
/** TCP sends again what was lost so much later. */
const RESEND_MS = 200;

const lateMs = ({ delayMs, lossPercent }: NetworkFault): number => delayMs + (RESEND_MS * lossPercent) / (100 - lossPercent);

/** By how many milliseconds a volume is slower than it could be: who serves it waits for the slowest of its replicas. */
export const volumeLagMs = (wiring: VolumeWiring, { cluster, store, volume }: VolumePlace): number => {
  const parts = store.list(store.resource("Pod")).filter(({ metadata }) => metadata.labels?.[VOLUME_LABEL] === volume);
  const isReplica = ({ metadata }: KubeObject): boolean =>
    Object.keys(JIVA_REPLICA).some((label) => metadata.labels?.[label] !== undefined);
  const slowest = (pods: readonly KubeObject[]): number => Math.max(0, ...pods.map((pod) => lateMs(networkFault(wiring, cluster, pod))));
  return ROUND_TRIPS * (slowest(parts.filter(isReplica)) + slowest(parts.filter((pod) => !isReplica(pod))));
};
