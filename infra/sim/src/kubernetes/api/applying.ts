import { parse } from "yaml";
import { ApiStatusError, badRequest, invalid, notFound } from "../api-status.ts";
import type { Applied, Conflict } from "../fields/apply.ts";
import { configFaults } from "../fields/config-faults.ts";
import { pathText } from "../fields/field-set.ts";
import { appliedByKubectl } from "../fields/last-applied.ts";
import { decodedManagers, encodedManagers, type Manager, type Reach, type Writer } from "../fields/managers.ts";
import type { Json, KubeObject } from "../kube-object.ts";
import { kubeTime } from "../object-birth.ts";
import { text } from "../printing/fields.ts";
import { required } from "../schema/field-faults.ts";
import { isTrue, type Answer, type Call } from "./call.ts";
import { decoded } from "./decoding.ts";
import { refuseEscalation } from "./escalation.ts";
import { oneAnswer, viewOf } from "./representation.ts";
import type { Target } from "./target.ts";
import { groupVersionOf, inVersion } from "./wire-json.ts";
import { namedManager, writerOf } from "./writer.ts";
import { refuseFaults, written, writtenStore } from "./writing.ts";

const configOf = (call: Call): Json => {
  const read = (): unknown => parse(call.body.toString("utf8"));
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw badRequest("error decoding YAML: the body is not an object");
};

const applierOf = (call: Call, target: Target): Writer => {
  const manager = namedManager(call);
  if (manager !== "") return writerOf(call, target);
  throw invalid({ kind: "PatchOptions", group: "meta.k8s.io", name: "" }, [required("fieldManager", "is required for apply patch")]);
};

const checkType = (config: Json, target: Target): void => {
  const { apiVersion, kind, metadata } = config as { apiVersion?: unknown; kind?: unknown; metadata?: Json };
  const expected = groupVersionOf(target.resource, target.version);
  if (kind === undefined || kind === "") throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(config)}'`);
  if (apiVersion !== expected) {
    throw badRequest(`Incorrect version specified in apply patch. Specified patch version: ${text(apiVersion, "")}, expected: ${expected}`);
  }
  if (metadata?.["managedFields"] !== undefined && metadata["managedFields"] !== null)
    throw badRequest("metadata.managedFields must be nil");
};

const refuseConfig = (call: Call, target: Target, config: Json): void => {
  const faults = configFaults(call.process.store.fieldType(target.resource), config);
  if (faults.length === 0) return;
  const { resource, namespace = "", name = "" } = target;
  const gvk = `${groupVersionOf(resource, target.version)}, Kind=${resource.kind}`;
  const told = faults.length === 1 ? faults.join("") : `errors:\n  ${faults.join("\n  ")}`;
  throw new ApiStatusError({
    code: 500,
    reason: "InternalError",
    message: `failed to create typed patch object (${namespace}/${name}; ${gvk}): ${told}`,
  });
};

const managerText = ({ manager, subresource, operation, apiVersion }: Manager): string => {
  const through = subresource === undefined ? "" : ` with subresource "${subresource}"`;
  return `"${manager}"${through}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
};

const grouped = (conflicts: readonly Conflict[]): string => {
  const managers = [...new Set(conflicts.map(({ manager }) => managerText(manager)))].toSorted();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((conflict) => managerText(conflict.manager) === manager).map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
};

const conflictError = (conflicts: readonly Conflict[]): ApiStatusError => {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }));
  const [only] = causes;
  const message =
    causes.length === 1 && only !== undefined ? `Apply failed with 1 conflict: ${only.message}: ${only.field}` : grouped(conflicts);
  return new ApiStatusError({ code: 409, reason: "Conflict", message, details: { causes } });
};

const reachOf = ({ resource, subresource }: Target): Reach => {
  if (subresource === "status") return "status";
  return resource.subresources.includes("status") ? "main" : "all";
};

interface Wish {
  readonly config: Json;
  readonly writer: Writer;
  readonly live: KubeObject | undefined;
}

const appliedTo = (call: Call, target: Target, { config, writer, live }: Wish): Applied => {
  const result = appliedByKubectl({
    type: call.process.store.fieldType(target.resource),
    live: live === undefined ? {} : inVersion(live, target.resource, target.version),
    config,
    managers: decodedManagers(live?.metadata.managedFields) ?? [],
    writer,
    reach: reachOf(target),
    force: isTrue(call.url.searchParams.get("force")),
    now: kubeTime(call.process.now()),
  });
  if (result.conflicts.length > 0) throw conflictError(result.conflicts);
  return result;
};

const withManagers = (call: Call, target: Target, { object, managers }: Applied): KubeObject => {
  const whole = decoded(call, target, object);
  const managedFields = encodedManagers(managers);
  return { ...whole, metadata: { ...whole.metadata, ...(managedFields === undefined ? {} : { managedFields }) } };
};

const create = (call: Call, target: Target, wish: Wish): Answer => {
  const uid: unknown = (wish.config["metadata"] as Json | undefined)?.["uid"];
  if (target.subresource !== undefined) throw notFound(target.resource, target.name ?? "");
  if (uid !== undefined) {
    const because = `uid mismatch: the provided object specified uid ${text(uid, "")}, and no existing object was found`;
    const message = `Operation cannot be fulfilled on ${target.resource.plural} "${target.name ?? ""}": ${because}`;
    throw new ApiStatusError({ code: 409, reason: "Conflict", message });
  }
  const object = withManagers(call, target, appliedTo(call, target, wish));
  refuseFaults(target, object);
  refuseEscalation(call, target, { object });
  return oneAnswer(writtenStore(call).create(target.resource, object), viewOf(call, target), 201);
};

/** Server-side apply of a configuration to one object, which it makes where there is none. Errors: 409 for fields of other managers. */
export const applyObject = (call: Call, target: Target): Answer => {
  const writer = applierOf(call, target);
  const config = configOf(call);
  checkType(config, target);
  refuseConfig(call, target, config);
  const live = call.process.store.get(target.resource, target.namespace, target.name ?? "");
  const wish = { config, writer, live };
  if (live === undefined) return create(call, target, wish);
  return written(call, target, { object: withManagers(call, target, appliedTo(call, target, wish)), by: "keep" });
};
