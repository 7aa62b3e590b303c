import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import type { ResourceType, Store } from "../../../kubernetes/store.ts";
import { sameJson } from "../../../kubernetes/plain-json.ts";
import { BLOCK_DEVICE, DEVICE_CLAIM } from "../../cstor-kinds.ts";
import { getKind, listKind, servedKind, type KindName } from "../../defined-kinds.ts";
import { listAt, textAt } from "../../json.ts";
import { apply, type Manifest } from "../../kube-apply.ts";
import type { PoolFlavour, PoolPlan } from "../../pool-flavour.ts";
import { instancesOf, poolPods, replicasOn } from "../../pool-state.ts";
import { VERSION_LABEL } from "../../cstor-kinds.ts";
import { service } from "../process.ts";
import { follow } from "../follow.ts";
import { deviceClaim, instanceManifest, instanceName, namespaceOf, poolDeployment, type PoolCluster } from "./pool-objects.ts";

const FINALIZER = "cstorpoolcluster.openebs.io/finalizer";

const remove = (store: Store, resource: ResourceType, { metadata }: KubeObject): void => {
  if (metadata.deletionTimestamp === undefined) store.delete(resource, metadata.namespace, metadata.name);
};

const removeAll = (store: Store, name: KindName, objects: readonly KubeObject[]): void => {
  const resource = servedKind(store, name);
  if (resource !== undefined) for (const object of objects) remove(store, resource, object);
};

const tell = (store: Store, name: KindName, { object, status }: { readonly object: KubeObject; readonly status: object }): void => {
  const resource = servedKind(store, name);
  if (resource !== undefined && !sameJson(object.status, status)) store.updateStatus(resource, { ...object, status: { ...status } });
};

const claimsOf = (pool: PoolCluster): readonly KubeObject[] =>
  listKind(pool.context.store, DEVICE_CLAIM, namespaceOf(pool)).filter(
    ({ metadata }) => metadata.labels?.[pool.flavour.clusterLabel] === pool.object.metadata.name,
  );

/** Claims the devices of a plan; true once each of them is this cluster's own. */
const hasDevices = (pool: PoolCluster, plan: PoolPlan): boolean => {
  const { store } = pool.context;
  const bound = plan.groups.flat().map((name) => {
    const device = getKind(store, BLOCK_DEVICE, { namespace: namespaceOf(pool), name });
    if (device === undefined) return false;
    const wanted = deviceClaim(pool, device);
    const claim = getKind(store, DEVICE_CLAIM, wanted.metadata) ?? apply(store, wanted);
    const isOwn = claim.metadata.labels?.[pool.flavour.clusterLabel] === pool.object.metadata.name;
    return isOwn && textAt(claim.status, "phase") === "Bound";
  });
  return bound.length > 0 && bound.every(Boolean);
};

const tellPhase = (pool: PoolCluster, instance: KubeObject): void => {
  const { context, flavour } = pool;
  const isReady = poolPods(context.store, flavour, { instance: instance.metadata.name }).some((pod) =>
    listAt(pod.status, "conditions").some((entry) => textAt(entry, "type") === "Ready" && textAt(entry, "status") === "True"),
  );
  const phase = isReady ? flavour.onlinePhase : textAt(instance.status, "phase") === undefined ? "Pending" : "OFFLINE";
  if (phase !== "OFFLINE" || textAt(instance.status, "phase") !== "Pending")
    tell(context.store, flavour.instance, { object: instance, status: { phase } });
};

/** Other disks are no upgrade. */
const ofSameVersion = (wanted: Manifest, before: KubeObject | undefined): Manifest => {
  const version = before?.metadata.labels?.[VERSION_LABEL];
  if (version === undefined) return wanted;
  return { ...wanted, metadata: { ...wanted.metadata, labels: { ...wanted.metadata.labels, [VERSION_LABEL]: version } } };
};

const provide = (pool: PoolCluster, plan: PoolPlan): void => {
  if (!hasDevices(pool, plan)) return;
  const { store } = pool.context;
  const wanted = instanceManifest(pool, plan);
  const before = getKind(store, pool.flavour.instance, wanted.metadata);
  const instance = before !== undefined && sameJson(before.spec, wanted.spec) ? before : apply(store, ofSameVersion(wanted, before));
  const deployment = poolDeployment(pool, plan);
  const { namespace, name } = deployment.metadata;
  if (store.get(store.resource("Deployment"), namespace, name) === undefined) apply(store, deployment);
  tellPhase(pool, instance);
};

const dropInstances = (pool: PoolCluster, instances: readonly KubeObject[]): void => {
  const { store } = pool.context;
  const deployments = instances.flatMap(({ metadata }) => store.get(store.resource("Deployment"), namespaceOf(pool), metadata.name) ?? []);
  for (const deployment of deployments) remove(store, store.resource("Deployment"), deployment);
  removeAll(store, pool.flavour.instance, instances);
};

/** What the cluster object no longer asks for: whole pools, and devices that were exchanged. */
const trim = (pool: PoolCluster, plans: readonly PoolPlan[]): void => {
  const { store } = pool.context;
  const names = new Set(plans.map((plan) => instanceName(pool, plan)));
  const surplus = instancesOf(store, pool.flavour, pool.object.metadata.name).filter(({ metadata }) => !names.has(metadata.name));
  dropInstances(pool, surplus);
  const devices = new Set(plans.flatMap(({ groups }) => groups.flat()));
  const loose = claimsOf(pool).filter((claim) => !devices.has(textAt(claim.spec, "blockDeviceName") ?? ""));
  removeAll(store, DEVICE_CLAIM, loose);
};

const tellCounts = (pool: PoolCluster, plans: readonly PoolPlan[]): void => {
  const { context, flavour, object } = pool;
  const instances = instancesOf(context.store, flavour, object.metadata.name);
  const healthy = instances.filter(({ status }) => textAt(status, "phase") === flavour.onlinePhase);
  const status = { desiredInstances: plans.length, provisionedInstances: instances.length, healthyInstances: healthy.length };
  const now = getKind(context.store, flavour.cluster, object.metadata);
  if (now !== undefined) tell(context.store, flavour.cluster, { object: now, status });
};

const withFinalizers = (pool: PoolCluster, finalizers: readonly string[]): void => {
  const resource = servedKind(pool.context.store, pool.flavour.cluster);
  const { object } = pool;
  if (resource !== undefined) pool.context.store.update(resource, { ...object, metadata: { ...object.metadata, finalizers } });
};

const serve = (pool: PoolCluster): void => {
  const { context, flavour, object } = pool;
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(FINALIZER)) withFinalizers(pool, [...finalizers, FINALIZER]);
  const plans = flavour.plansOf(object, listKind(context.store, BLOCK_DEVICE));
  for (const plan of plans) provide(pool, plan);
  trim(pool, plans);
  tellCounts(pool, plans);
};

/** Pools with volumes stay, and hold their cluster object; else devices are free again after the last pod has gone. */
const tearDown = (pool: PoolCluster): void => {
  const { context, flavour, object } = pool;
  const { name, finalizers = [] } = object.metadata;
  if (replicasOn(context.store, flavour, name).length > 0) return;
  dropInstances(pool, instancesOf(context.store, flavour, name));
  if (poolPods(context.store, flavour, { cluster: name }).length > 0) return;
  removeAll(context.store, DEVICE_CLAIM, claimsOf(pool));
  withFinalizers(
    pool,
    finalizers.filter((finalizer) => finalizer !== FINALIZER),
  );
};

const reconcile = (context: ProgramContext, flavour: PoolFlavour): void => {
  for (const object of listKind(context.store, flavour.cluster)) {
    const pool = { context, flavour, object };
    if (object.metadata.deletionTimestamp === undefined) serve(pool);
    else tearDown(pool);
  }
};

/** Makes pools of what cluster objects of one flavour ask for, whoever created them, and takes them down again. */
export const poolOperator = (flavour: PoolFlavour): Program =>
  service({
    startMs: 1000,
    run: (context) => {
      const kinds = [flavour.cluster, flavour.instance, flavour.replica, BLOCK_DEVICE, DEVICE_CLAIM].map(({ kind }) => kind);
      return follow(context, [...kinds, "Pod"], () => reconcile(context, flavour));
    },
  });
