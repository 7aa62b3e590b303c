import { FLAVOURS, type PoolFlavour } from "./pool-flavour.ts";
import { HOSTNAME, VOLUME_LABEL, VERSION_LABEL } from "./cstor-kinds.ts";
import { listKind } from "./defined-kinds.ts";
import { recordAt, textAt } from "./json.ts";
import { compareVersions } from "./openebs-version.ts";
import { poolPods } from "./pool-state.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import type { Store } from "../kubernetes/store.ts";

/** Labels of the Deployments that a volume is made of. */
export const CSTOR_TARGET = { "openebs.io/target": "cstor-target" } as const;
export const JIVA_CONTROLLER = { "openebs.io/controller": "jiva-controller" } as const;
export const JIVA_REPLICA = { "openebs.io/replica": "jiva-replica" } as const;

export interface SeenReplica {
  readonly name: string;
  /** Phase of the pod that keeps its data: `Running`, `Pending`. */
  readonly state: string;
  /** The node that has its data. */
  readonly node: string;
  readonly version: string;
  /** Of the cStor pool it lies on. */
  readonly poolVersion?: string;
}

/** A volume of OpenEBS that has replicas, as its parts on the cluster tell it. */
export interface ReplicatedVolume {
  readonly name: string;
  readonly engine: "cstor" | "jiva";
  /** The lowest of its parts. */
  readonly version: string;
  readonly replicas: readonly SeenReplica[];
}

const versionOf = ({ metadata }: KubeObject): string => metadata.labels?.[VERSION_LABEL] ?? "";

const lowest = (versions: readonly string[]): string => versions.toSorted(compareVersions)[0] ?? "";

const hasLabels = ({ metadata }: KubeObject, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);

/** Deployments of one volume with these labels. */
export const volumeParts = (store: Store, volume: string, labels: Readonly<Record<string, string>>): readonly KubeObject[] =>
  store.list(store.resource("Deployment")).filter((object) => hasLabels(object, { ...labels, [VOLUME_LABEL]: volume }));

const isLiving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined;

/** Of the pod that is there to stay; one that is not made yet counts as Pending. */
const stateOf = (pods: readonly KubeObject[]): string => textAt(pods.find(isLiving)?.status, "phase") ?? "Pending";

const jivaReplica = (store: Store, replica: KubeObject): SeenReplica => {
  const selector = recordAt(replica.spec, "selector", "matchLabels") as Readonly<Record<string, string>>;
  const pods = store.list(store.resource("Pod"), replica.metadata.namespace).filter((pod) => hasLabels(pod, selector));
  const node = textAt(replica.spec, "template", "spec", "nodeSelector", HOSTNAME) ?? "";
  return { name: replica.metadata.name, state: stateOf(pods), node, version: versionOf(replica) };
};

const cstorReplica = (store: Store, flavour: PoolFlavour, replica: KubeObject): SeenReplica => {
  const name = replica.metadata.labels?.[flavour.instanceLabel] ?? "";
  const pool = listKind(store, flavour.instance).find(({ metadata }) => metadata.name === name);
  const state = stateOf(poolPods(store, flavour, { instance: name }));
  const poolVersion = pool === undefined ? {} : { poolVersion: versionOf(pool) };
  const node = pool?.metadata.labels?.[HOSTNAME] ?? "";
  return { name: replica.metadata.name, state, node, version: versionOf(replica), ...poolVersion };
};

/** The replica objects of a cStor volume, with the flavour whose they are. */
export const cstorReplicas = (store: Store, volume: string): readonly (readonly [PoolFlavour, KubeObject])[] =>
  FLAVOURS.flatMap((flavour) =>
    listKind(store, flavour.replica)
      .filter(({ metadata }) => metadata.labels?.[VOLUME_LABEL] === volume)
      .map((replica) => [flavour, replica] as const),
  );

/** The volume behind a PersistentVolume; undefined when it is none of OpenEBS' replicated ones. */
export const volumeOf = (store: Store, name: string): ReplicatedVolume | undefined => {
  const controllers = volumeParts(store, name, JIVA_CONTROLLER);
  const targets = volumeParts(store, name, CSTOR_TARGET);
  const isJiva = controllers.length > 0;
  if (!isJiva && targets.length === 0) return undefined;
  const replicas = isJiva
    ? volumeParts(store, name, JIVA_REPLICA).map((replica) => jivaReplica(store, replica))
    : cstorReplicas(store, name).map(([flavour, replica]) => cstorReplica(store, flavour, replica));
  const versions = [...[...controllers, ...targets].map(versionOf), ...replicas.map(({ version }) => version)];
  return { name, engine: isJiva ? "jiva" : "cstor", version: lowest(versions), replicas };
};
