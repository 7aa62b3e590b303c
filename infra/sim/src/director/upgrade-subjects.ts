import { VERSION_LABEL } from "./cstor-kinds.ts";
import { listKind } from "./defined-kinds.ts";
import { textAt } from "./json.ts";
import { compareVersions } from "./openebs-version.ts";
import { FLAVOURS, type PoolFlavour } from "./pool-flavour.ts";
import { poolPods } from "./pool-state.ts";
import { claimNamesOf, workloadPods, workloads } from "./workloads.ts";
import { volumeOf, type ReplicatedVolume } from "./volume-state.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import type { Store } from "../kubernetes/store.ts";

/** What the image `upgrade` can be told to upgrade. */
export type UpgradeResource = "cstor-pool" | "cstor-volume" | "jiva-volume";

/** One pool or volume that an upgrade claim is about. */
export interface UpgradeSubject {
  readonly resource: UpgradeResource;
  readonly name: string;
  readonly version: string;
  /** Pods of pool or replicas that are in another phase than Running. */
  readonly notRunning: readonly string[];
  /** Lowest version of the pools that a cStor volume lies on. */
  readonly poolVersion?: string;
}

const poolSubject = (store: Store, flavour: PoolFlavour, { metadata }: KubeObject): UpgradeSubject => {
  const { name, labels } = metadata;
  const pods = poolPods(store, flavour, { instance: name }).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const isRunning = pods.some((pod) => textAt(pod.status, "phase") === "Running");
  const version = labels?.[VERSION_LABEL] ?? "";
  return { resource: "cstor-pool", name, version, notRunning: isRunning ? [] : [`pool ${name}`] };
};

/** The pool that an id stands for, be it of the instance or of its pod. */
export const poolOfId = (store: Store, id: string): UpgradeSubject | undefined =>
  FLAVOURS.flatMap((flavour) => {
    const found = listKind(store, flavour.instance).find(
      ({ metadata }) => metadata.uid === id || poolPods(store, flavour, { instance: metadata.name }).some((pod) => pod.metadata.uid === id),
    );
    return found === undefined ? [] : [poolSubject(store, flavour, found)];
  })[0];

const volumeSubject = ({ name, engine, version, replicas }: ReplicatedVolume): UpgradeSubject => {
  const poolVersion = replicas.flatMap((replica) => replica.poolVersion ?? []).toSorted(compareVersions)[0];
  return {
    resource: `${engine}-volume`,
    name,
    version,
    notRunning: replicas.filter(({ state }) => state !== "Running").map((replica) => `replica ${replica.name}`),
    ...(poolVersion !== undefined && { poolVersion }),
  };
};

/** The replicated volumes of the application that an id stands for; undefined when there is no such application. */
export const volumesOfId = (store: Store, id: string): readonly UpgradeSubject[] | undefined => {
  const application = workloads(store).find(({ metadata }) => metadata.uid === id);
  if (application === undefined) return undefined;
  const { namespace } = application.metadata;
  const claims = new Set([application, ...workloadPods(store, application)].flatMap(claimNamesOf));
  return [...claims].flatMap((name) => {
    const claim = store.get(store.resource("PersistentVolumeClaim"), namespace, name);
    const volume = volumeOf(store, textAt(claim?.spec, "volumeName") ?? "");
    return volume === undefined ? [] : [volumeSubject(volume)];
  });
};
