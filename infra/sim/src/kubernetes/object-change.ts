import type { Json, KubeObject, ObjectMeta } from "./kube-object.ts";
import { sameJson } from "./plain-json.ts";
import type { ServedResource } from "./resource-table.ts";

const keptMetadata = (before: ObjectMeta): Partial<ObjectMeta> => ({
  name: before.name,
  uid: before.uid,
  creationTimestamp: before.creationTimestamp,
  resourceVersion: before.resourceVersion,
  ...(before.namespace === undefined ? {} : { namespace: before.namespace }),
  ...(before.generation === undefined ? {} : { generation: before.generation }),
  ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
  ...(before.deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds }),
});

/** Writers who do not know of owners do not end them. */
const ownersOf = (before: ObjectMeta, given: ObjectMeta): Partial<ObjectMeta> => {
  const managedFields = given.managedFields ?? before.managedFields;
  return managedFields === undefined ? {} : { managedFields };
};

const body = (object: KubeObject): Json => {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
};

const withoutStatus = (object: KubeObject): KubeObject => {
  const { status: _status, ...rest } = object;
  return rest;
};

/** What a write of the main resource makes of the stored object: the server's own fields stay, status stays when it has its own door. */
export const mainWrite = (resource: ServedResource, before: KubeObject, given: KubeObject): KubeObject => {
  const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, generation: _generation, ...metadata } = given.metadata;
  const keepsStatus = resource.subresources.includes("status");
  const status = keepsStatus ? before.status : given.status;
  const changed = resource.generations && !sameJson(body(before), body(given));
  return {
    ...withoutStatus(given),
    metadata: {
      ...metadata,
      ...keptMetadata(before.metadata),
      ...ownersOf(before.metadata, given.metadata),
      ...(changed ? { generation: (before.metadata.generation ?? 0) + 1 } : {}),
    },
    ...(status === undefined ? {} : { status }),
  };
};

/** What a write of the status subresource makes of it. */
export const statusWrite = (before: KubeObject, given: KubeObject): KubeObject => ({
  ...before,
  metadata:
    given.metadata.managedFields === undefined ? before.metadata : { ...before.metadata, ...ownersOf(before.metadata, given.metadata) },
  status: given.status ?? {},
});

/** Marked for deletion at `at`; a second mark only ever shortens the grace. */
export const marked = (object: KubeObject, at: string, graceSeconds: number): KubeObject => {
  const { metadata } = object;
  const generation =
    metadata.generation === undefined || metadata.deletionTimestamp !== undefined ? {} : { generation: metadata.generation + 1 };
  const terminating = object.kind === "Namespace" ? { status: { ...object.status, phase: "Terminating" } } : {};
  return {
    ...object,
    ...terminating,
    metadata: { ...metadata, ...generation, deletionTimestamp: at, deletionGracePeriodSeconds: graceSeconds },
  };
};

/** Whether nothing holds an object that is marked for deletion any more. */
export const isReleased = (object: KubeObject): boolean => {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0) return false;
  if (object.apiVersion === "v1" && object.kind === "Namespace") return ((object.spec?.["finalizers"] ?? []) as unknown[]).length === 0;
  return (deletionGracePeriodSeconds ?? 0) === 0;
};

const DEFAULT_GRACE_SECONDS = 30;

/** Seconds a pod gets to end; 0 for everything else, for pods of no node and for pods that ended. */
export const graceSecondsOf = (object: KubeObject, asked: number | undefined): number => {
  if (object.apiVersion !== "v1" || object.kind !== "Pod") return 0;
  const spec: Json = object.spec ?? {};
  const phase: unknown = object.status?.["phase"];
  if (spec["nodeName"] === undefined || spec["nodeName"] === "" || phase === "Succeeded" || phase === "Failed") return 0;
  const own: unknown = spec["terminationGracePeriodSeconds"];
  return Math.max(0, asked ?? (typeof own === "number" ? own : DEFAULT_GRACE_SECONDS));
};
