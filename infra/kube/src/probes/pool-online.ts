import { never, notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { conditionOf, KINDS, type PoolCluster, type PoolInstance } from "../kinds.ts";
import { nameOf, type KubeProbe, type KubeView } from "../view.ts";
import { deadHost, NODES } from "./node-trouble.ts";

const OF_CLUSTER = "openebs.io/cstor-pool-cluster";

const GRACE_MS = 120_000;

/** Phases that the pool manager does not leave by itself; OFFLINE, DEGRADED, FAULTED and the like end when the node or the disk is back. */
const HOPELESS = new Set(["PoolCreationFailed", "Invalid", "ErrorDuplicate"]);

const describe = (view: KubeView, instance: PoolInstance): string => {
  const { metadata, spec, status } = instance;
  const lost = ["PoolLost", "DiskUnavailable"].map((type) => conditionOf(instance, type)).find((condition) => condition?.status === "True");
  const why = lost === undefined ? "" : ` (${[lost.type, lost.message].filter(Boolean).join(": ")})`;
  const phase = status?.phase === undefined || status.phase === "" ? "has told no phase" : `is ${status.phase}`;
  const dead = deadHost(view, spec?.hostName);
  const stale = dead === undefined ? "" : `, but ${dead}`;
  return `${metadata.name} on ${spec?.hostName ?? "no node"} ${phase}${status?.readOnly === true ? ", read-only" : ""}${why}${stale}`;
};

/** A pool manager whose node is away leaves its last word behind. */
const isOnline = (view: KubeView, { spec, status }: PoolInstance): boolean =>
  status?.phase?.toUpperCase() === "ONLINE" && status.readOnly !== true && deadHost(view, spec?.hostName) === undefined;

const isHopeless = (instance: PoolInstance): boolean =>
  HOPELESS.has(instance.status?.phase ?? "") || conditionOf(instance, "PoolLost")?.status === "True";

/** A pool manager tries again, for disks of a node that boots may come later than itself. */
const isLasting = (view: KubeView, hopeless: readonly PoolInstance[]): boolean =>
  hopeless.map(({ metadata }) => view.began(`a lost pool ${metadata.uid ?? metadata.name}`, true)).some(({ forMs }) => forMs > GRACE_MS);

const observe = (view: KubeView, cluster: PoolCluster): Observation<readonly PoolInstance[]> => {
  const { name, namespace } = cluster.metadata;
  // The status lags behind a pool that was just added.
  const wanted = Math.max(cluster.status?.desiredInstances ?? 0, cluster.spec?.pools?.length ?? 0);
  const instances = view
    .list<PoolInstance>(KINDS.poolInstance, namespace)
    .filter(({ metadata }) => metadata.labels?.[OF_CLUSTER] === name && metadata.deletionTimestamp === undefined);
  const troubled = instances.filter((instance) => !isOnline(view, instance));
  if (wanted === 0) return notYet("it wants no pool instance yet");
  if (troubled.length === 0 && instances.length >= wanted) return reached(instances);
  const counted = `${instances.length - troubled.length} of ${wanted} pool instances are ONLINE`;
  const missing = wanted > instances.length ? [`${wanted - instances.length} are not provisioned`] : [];
  const because = [counted, ...troubled.map((instance) => describe(view, instance)), ...missing].join("; ");
  return isLasting(view, troubled.filter(isHopeless)) ? never(because) : notYet(because);
};

/**
 * Every pool instance that a CStorPoolCluster wants is ONLINE and writable; each other one is named with node and phase.
 * Phases are those of cstor.openebs.io/v1.
 */
export const poolOnline = (ref: { readonly namespace: string; readonly name: string }): KubeProbe<readonly PoolInstance[]> => ({
  what: `CStorPoolCluster ${nameOf(ref)} is online`,
  kinds: [{ ...KINDS.poolCluster, namespace: ref.namespace }, { ...KINDS.poolInstance, namespace: ref.namespace }, NODES],
  about: { ...KINDS.poolCluster, ...ref },
  probe: (view) => {
    const cluster = view.get<PoolCluster>({ ...KINDS.poolCluster, ...ref });
    return cluster === undefined ? notYet("there is no such CStorPoolCluster") : observe(view, cluster);
  },
});
