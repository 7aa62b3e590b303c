import { ApiStatusError, badRequest, invalid } from "../api-status.ts";
import { createStore, type EtcdStore } from "../etcd-store.ts";
import type { WrittenBy } from "../fields/track-write.ts";
import type { KubeObject } from "../kube-object.ts";
import { withDefaults } from "../object-defaults.ts";
import { jsonPatch } from "../patch/json-patch.ts";
import { mergePatch } from "../patch/merge-patch.ts";
import { strategicMergePatch } from "../patch/strategic-merge-patch.ts";
import { immutableFaults } from "../schema/immutable-fields.ts";
import { validationFaults } from "../schema/validation.ts";
import { mediaTypeOf, patchBody, requiredBody, unsupportedMediaType } from "./body.ts";
import type { Answer, ApiProcess, Call } from "./call.ts";
import { decoded } from "./decoding.ts";
import { refuseEscalation } from "./escalation.ts";
import { existing } from "./reading.ts";
import { oneAnswer, viewOf } from "./representation.ts";
import type { Target } from "./target.ts";
import { inVersion } from "./wire-json.ts";
import { namedManager, writerOf } from "./writer.ts";

/** The store to write to: with `dryRun=All` a copy that is thrown away. */
export const writtenStore = (call: Call): EtcdStore => {
  const dryRun = call.url.searchParams.get("dryRun");
  if (dryRun === null) return call.process.store;
  if (dryRun !== "All") throw badRequest(`dryRun: Unsupported value: "${dryRun}": supported values: "All"`);
  return scratchStore(call.process);
};

const scratchStore = (process: ApiProcess): EtcdStore =>
  createStore({ revision: process.etcd.revision, objects: new Map(process.etcd.objects) }, { now: process.now });

/** Errors: 422 with everything that is wrong with an object, by itself or as a change. */
export const refuseFaults = (target: Target, object: KubeObject, before?: KubeObject): void => {
  const complete = withDefaults(object);
  const faults = [...validationFaults(complete, target.custom), ...(before === undefined ? [] : immutableFaults(before, complete))];
  if (faults.length > 0) throw invalid({ ...target.resource, name: object.metadata.name ?? "" }, faults);
};

/** Owners are kept from the first apply on. */
const withoutManagedFields = (object: KubeObject): KubeObject => {
  const { managedFields: _managed, ...metadata } = object.metadata;
  return { ...object, metadata };
};

export const createObject = (call: Call, target: Target): Answer => {
  const object = decoded(call, target, requiredBody(call));
  refuseFaults(target, object);
  refuseEscalation(call, target, { object });
  namedManager(call);
  const created = writtenStore(call).create(target.resource, withoutManagedFields(object));
  return oneAnswer(created, viewOf(call, target), 201);
};

const mustNameVersion = (target: Target, object: KubeObject): void => {
  if (!target.custom || (object.metadata.resourceVersion ?? "") !== "") return;
  const message = "Invalid value: 0: must be specified for an update";
  throw invalid({ ...target.resource, name: object.metadata.name }, [
    { field: "metadata.resourceVersion", reason: "FieldValueInvalid", message },
  ]);
};

/** Namespaces are finalized through a door of their own. */
const withKeptFinalizers = (object: KubeObject, before: KubeObject): KubeObject =>
  object.apiVersion === "v1" && object.kind === "Namespace" ? { ...object, spec: before.spec ?? {} } : object;

export interface Write {
  readonly object: KubeObject;
  readonly by: WrittenBy;
}

/** Writes what became of an object, through the door of the target. Errors: 404, 409, 422. */
export const written = (call: Call, target: Target, { object, by }: Write): Answer => {
  const before = existing(call, target);
  const store = writtenStore(call);
  const view = viewOf(call, target);
  if (target.subresource === "status") return oneAnswer(store.updateStatus(target.resource, object, by), view);
  if (target.subresource === "finalize") return oneAnswer(store.update(target.resource, object, by), view);
  const kept = withKeptFinalizers(object, before);
  refuseFaults(target, kept, before);
  refuseEscalation(call, target, { object: kept, before });
  return oneAnswer(store.update(target.resource, kept, by), view);
};

export const replaceObject = (call: Call, target: Target): Answer => {
  const object = decoded(call, target, requiredBody(call));
  existing(call, target);
  mustNameVersion(target, object);
  return written(call, target, { object, by: writerOf(call, target) });
};

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
export const APPLY_PATCH = "application/apply-patch+yaml";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";

/** Applies the patch of a request to a value. Errors: 415 for what the kind does not take. */
export const patched = (call: Call, value: unknown, custom: boolean): unknown => {
  const type = mediaTypeOf(call.request.headers["content-type"]);
  if (type === JSON_PATCH) return jsonPatch(value, patchBody(call));
  if (type === MERGE_PATCH) return mergePatch(value, patchBody(call));
  if (type === STRATEGIC_PATCH && !custom) return strategicMergePatch(value, patchBody(call));
  throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, ...(custom ? [] : [STRATEGIC_PATCH]), APPLY_PATCH]);
};

export const patchObject = (call: Call, target: Target): Answer => {
  const before = existing(call, target);
  const seen = inVersion(before, target.resource, target.version);
  const result = patched(call, seen, target.custom);
  if (typeof result !== "object" || result === null) {
    throw new ApiStatusError({ code: 422, reason: "Invalid", message: "the patched document is not an object" });
  }
  return written(call, target, { object: decoded(call, target, result), by: writerOf(call, target) });
};
