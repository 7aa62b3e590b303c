import { ApiStatusError, badRequest, invalid } from "../api-status.ts";
import { createStore, type EtcdStore } from "../etcd-store.ts";
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
import { existing } from "./reading.ts";
import { oneAnswer, viewOf } from "./representation.ts";
import type { Target } from "./target.ts";
import { inVersion } from "./wire-json.ts";

/** The store to write to: with `dryRun=All` a copy that is thrown away. */
export const writtenStore = (call: Call): EtcdStore => {
  const dryRun = call.url.searchParams.get("dryRun");
  if (dryRun === null) return call.process.store;
  if (dryRun !== "All") throw badRequest(`dryRun: Unsupported value: "${dryRun}": supported values: "All"`);
  return scratchStore(call.process);
};

const scratchStore = (process: ApiProcess): EtcdStore =>
  createStore({ revision: process.etcd.revision, objects: new Map(process.etcd.objects) }, { now: process.now });

const refuseFaults = (target: Target, object: KubeObject, before?: KubeObject): void => {
  const complete = withDefaults(object);
  const faults = [...validationFaults(complete, target.custom), ...(before === undefined ? [] : immutableFaults(before, complete))];
  if (faults.length > 0) throw invalid({ ...target.resource, name: object.metadata.name ?? "" }, faults);
};

export const createObject = (call: Call, target: Target): Answer => {
  const object = decoded(call, target, requiredBody(call));
  refuseFaults(target, object);
  const created = writtenStore(call).create(target.resource, object);
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

const write = (call: Call, target: Target, object: KubeObject): Answer => {
  const before = existing(call, target);
  const store = writtenStore(call);
  const view = viewOf(call, target);
  if (target.subresource === "status") return oneAnswer(store.updateStatus(target.resource, object), view);
  if (target.subresource === "finalize") return oneAnswer(store.update(target.resource, object), view);
  const kept = withKeptFinalizers(object, before);
  refuseFaults(target, kept, before);
  return oneAnswer(store.update(target.resource, kept), view);
};

export const replaceObject = (call: Call, target: Target): Answer => {
  const object = decoded(call, target, requiredBody(call));
  existing(call, target);
  mustNameVersion(target, object);
  return write(call, target, object);
};

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";

/** Applies the patch of a request to a value. Errors: 415 for server-side apply and for what the kind does not take. */
export const patched = (call: Call, value: unknown, custom: boolean): unknown => {
  const type = mediaTypeOf(call.request.headers["content-type"]);
  if (type === JSON_PATCH) return jsonPatch(value, patchBody(call));
  if (type === MERGE_PATCH) return mergePatch(value, patchBody(call));
  if (type === STRATEGIC_PATCH && !custom) return strategicMergePatch(value, patchBody(call));
  throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, ...(custom ? [] : [STRATEGIC_PATCH])]);
};

export const patchObject = (call: Call, target: Target): Answer => {
  const before = existing(call, target);
  const seen = inVersion(before, target.resource, target.version);
  const result = patched(call, seen, target.custom);
  if (typeof result !== "object" || result === null) {
    throw new ApiStatusError({ code: 422, reason: "Invalid", message: "the patched document is not an object" });
  }
  return write(call, target, decoded(call, target, result));
};
