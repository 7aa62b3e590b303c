import { badRequest, forbidden, preconditionFailed } from "../api-status.ts";
import { checkDeletion } from "../deletion-reviews.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { KubeObject } from "../kube-object.ts";
import { at } from "../printing/fields.ts";
import type { ServedResource } from "../resource-table.ts";
import { objectBody } from "./body.ts";
import { json, type Answer, type Call } from "./call.ts";
import { existing } from "./reading.ts";
import { listAnswer, oneAnswer, viewOf } from "./representation.ts";
import { selectionOf } from "./selection.ts";
import type { Target } from "./target.ts";
import { writtenStore } from "./writing.ts";

type Propagation = "Background" | "Foreground" | "Orphan";

/** How an object is deleted. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagation: Propagation;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

const PROPAGATIONS = new Set(["Background", "Foreground", "Orphan"]);
const FINALIZERS: Readonly<Record<Propagation, string | undefined>> = {
  Background: undefined,
  Foreground: "foregroundDeletion",
  Orphan: "orphan",
};

const graceOf = (value: unknown): { gracePeriodSeconds?: number } => {
  if (value === undefined || value === null) return {};
  const seconds = Number(value);
  if (!Number.isInteger(seconds) || seconds < 0)
    throw badRequest(`gracePeriodSeconds: Invalid value: ${JSON.stringify(value)}: must be greater than or equal to 0`);
  return { gracePeriodSeconds: seconds };
};

const propagationOf = (value: unknown, orphanDependents: unknown): Propagation => {
  if (value === undefined || value === null) return orphanDependents === true || orphanDependents === "true" ? "Orphan" : "Background";
  if (typeof value === "string" && PROPAGATIONS.has(value)) return value as Propagation;
  throw badRequest(
    `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(value)}: supported values: "Foreground", "Background", "Orphan"`,
  );
};

/** Reads `DeleteOptions`; what they leave open, the query may say. Errors: 400 for values that do not fit. */
export const deleteOptionsOf = (body: unknown, query = new URLSearchParams()): DeleteOptions => {
  const read = (name: string): unknown => at(body, name) ?? query.get(name);
  return {
    ...graceOf(read("gracePeriodSeconds")),
    propagation: propagationOf(read("propagationPolicy"), read("orphanDependents")),
    preconditions: at(body, "preconditions") ?? {},
  };
};

/** Errors: 409 when the object is another one than the options are for. */
export const checkPreconditions = (resource: ServedResource, object: KubeObject, { preconditions }: DeleteOptions): void => {
  const { uid, resourceVersion, name } = object.metadata;
  const { uid: askedUid = uid, resourceVersion: askedVersion = resourceVersion } = preconditions;
  if (askedUid !== uid) throw preconditionFailed(resource, name, `UID in precondition: ${askedUid}, UID in object meta: ${uid}`);
  if (askedVersion !== resourceVersion) {
    const because = `ResourceVersion in precondition: ${askedVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw preconditionFailed(resource, name, because);
  }
};

/** The plugin NamespaceLifecycle keeps these for ever. */
const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

const refuseImmortal = (resource: ServedResource, { metadata: { name } }: KubeObject): void => {
  if (resource.kind === "Namespace" && IMMORTAL.has(name))
    throw forbidden(resource, name, { message: "this namespace may not be deleted" });
};

/** The garbage collector reads from a finalizer what shall become of the dependents before the owner goes. */
const markPropagation = (store: EtcdStore, target: Target, marking: { object: KubeObject; propagation: Propagation }): void => {
  const { object, propagation } = marking;
  const finalizer = FINALIZERS[propagation];
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizer === undefined || finalizers.includes(finalizer)) return;
  store.update(target.resource, { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } });
};

const deleteOne = (call: Call, target: Target, object: KubeObject): { after: KubeObject; gone: boolean } => {
  const options = deleteOptionsOf(objectBody(call), call.url.searchParams);
  const { resource } = target;
  const { namespace, name } = object.metadata;
  checkPreconditions(resource, object, options);
  refuseImmortal(resource, object);
  checkDeletion(call.process.store, object);
  const store = writtenStore(call);
  markPropagation(store, target, { object, propagation: options.propagation });
  const after = store.delete(resource, namespace, name, options);
  return { after, gone: store.get(resource, namespace, name) === undefined };
};

const success = ({ resource }: Target, { metadata }: KubeObject): Answer =>
  json({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: metadata.name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural, uid: metadata.uid },
  });

/** Answers `Success` for what is gone, and the object for what still ends; pods are always answered as they are. */
export const deleteObject = (call: Call, target: Target): Answer => {
  const { after, gone } = deleteOne(call, target, existing(call, target));
  return gone && target.resource.kind !== "Pod" ? success(target, after) : oneAnswer(after, viewOf(call, target));
};

export const deleteObjects = (call: Call, target: Target): Answer => {
  const selected = call.process.store.list(target.resource, target.namespace).filter(selectionOf(call, target));
  const deleted = selected.map((object) => deleteOne(call, target, object).after);
  return listAnswer(deleted, viewOf(call, target), { resourceVersion: String(call.process.store.revision) });
};
