import { badRequest, type ApiStatusError } from "../api-status.ts";
import type { Json, KubeObject } from "../kube-object.ts";
import { checkFields } from "../schema/check-fields.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";
import { groupVersionOf } from "./wire-json.ts";

const isFields = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const cannotBe = (body: Json, target: Target, because: string): ApiStatusError => {
  const { kind } = target.resource;
  const given = typeof body["kind"] === "string" && body["kind"] !== "" ? body["kind"] : kind;
  return badRequest(`${given} in version "${target.version}" cannot be handled as a ${kind}: ${because}`);
};

const checkType = (body: Json, target: Target): void => {
  const expected = groupVersionOf(target.resource, target.version);
  const { apiVersion = expected, kind = target.resource.kind } = body as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== expected) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`);
  }
  if (kind !== target.resource.kind)
    throw cannotBe(body, target, `converting (${expected}.${String(kind)}) to (${target.resource.kind}): unknown conversion`);
};

const checkPlace = (metadata: Json, target: Target): void => {
  const { namespace = "", name = "" } = metadata as { namespace?: unknown; name?: unknown };
  if (target.namespace !== undefined && namespace !== "" && namespace !== target.namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (target.name !== undefined && name !== "" && name !== target.name) {
    throw badRequest(`the name of the object (${String(name)}) does not match the name on the URL (${target.name})`);
  }
};

/** Fields that the schema does not know go; whether the client hears of it is its own choice. */
const withoutUnknown = (call: Call, body: Json, target: Target): Json => {
  const { value, unknown, mistyped } = checkFields(target.resource.kind, body, target.custom);
  const [first] = mistyped;
  if (first !== undefined) throw cannotBe(body, target, first);
  const mode = call.url.searchParams.get("fieldValidation") ?? "Warn";
  if (unknown.length === 0 || mode === "Ignore") return value;
  const told = unknown.map((path) => `unknown field "${path}"`);
  if (mode === "Strict") throw cannotBe(body, target, `strict decoding error: ${told.join(", ")}`);
  call.response.setHeader(
    "warning",
    told.map((text) => `299 - "${text.replaceAll('"', String.raw`\"`)}"`),
  );
  return value;
};

/** One empty entry asks to forget all owners, as no entry does. */
const isReset = (managedFields: unknown): boolean =>
  Array.isArray(managedFields) && managedFields.length === 1 && isFields(managedFields[0]) && Object.keys(managedFields[0]).length === 0;

/**
 * What a client wrote, as an object of the target: typed, in the stored version and at the place of the path.
 * Errors: 400 when the body is of another kind, place or shape.
 */
export const decoded = (call: Call, target: Target, body: Json): KubeObject => {
  checkType(body, target);
  if (body["metadata"] !== undefined && !isFields(body["metadata"])) {
    throw cannotBe(body, target, "json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta");
  }
  const clean = withoutUnknown(call, body, target);
  const metadata = (clean["metadata"] ?? {}) as Json;
  checkPlace(metadata, target);
  const { managedFields, selfLink: _link, ...kept } = metadata;
  const { resource } = target;
  return {
    ...clean,
    apiVersion: groupVersionOf(resource, resource.version),
    kind: resource.kind,
    metadata: {
      ...kept,
      ...(managedFields === undefined ? {} : { managedFields: isReset(managedFields) ? [] : (managedFields as unknown) }),
      ...(target.name === undefined ? {} : { name: target.name }),
      ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    } as KubeObject["metadata"],
  };
};
