import { badRequest } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { at } from "../printing/fields.ts";
import type { ServedResource } from "../resource-table.ts";
import { fieldTerms, type FieldTerm } from "./field-terms.ts";

const NAMED = ["metadata.name", "metadata.namespace"];
const INVOLVED = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
  (field) => `involvedObject.${field}`,
);

/** What kinds with a list of their own can be selected by; all others only by name and namespace. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "/events": [...NAMED, ...INVOLVED, "reason", "reportingComponent", "source", "type"],
  "/namespaces": ["metadata.name", "status.phase"],
  "/nodes": ["metadata.name", "spec.unschedulable"],
  "/pods": [
    ...NAMED,
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  "/secrets": [...NAMED, "type"],
  "/services": [...NAMED, "spec.clusterIP", "spec.type"],
  "batch/jobs": [...NAMED, "status.successful"],
};

const DEFAULTS: Readonly<Record<string, string>> = {
  "spec.unschedulable": "false",
  "spec.hostNetwork": "false",
  "status.successful": "0",
};

/** Name of a field in former versions. */
const FORMER: Readonly<Record<string, string>> = { "spec.host": "spec.nodeName" };

const textAt = (object: KubeObject, path: string): string => {
  if (path === "source" && object.kind === "Event") return textAt(object, "source.component") || textAt(object, "reportingComponent");
  const value = at(object, path);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  return DEFAULTS[path] ?? "";
};

const supported = (resource: ServedResource, path: string): string => {
  const key = `${resource.group}/${resource.plural}`;
  const own = FIELDS[key] ?? (resource.selectable === undefined ? undefined : [...NAMED, ...resource.selectable]);
  const current = key === "/pods" ? (FORMER[path] ?? path) : path;
  if ((own ?? NAMED).includes(current)) return current;
  if (own === undefined) throw badRequest(`"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  throw badRequest(`field label not supported: ${path}`);
};

const requirement = (resource: ServedResource, { path, equal, value }: FieldTerm): ((object: KubeObject) => boolean) => {
  const current = supported(resource, path);
  return (object) => (textAt(object, current) === value) === equal;
};

/** Whether an object fulfils a field selector: `spec.nodeName=w1,status.phase!=Running`. Errors: 400 for what this kind cannot be selected by. */
export const fieldSelector = (resource: ServedResource, text: string): ((object: KubeObject) => boolean) => {
  const requirements = fieldTerms(text).map((term) => requirement(resource, term));
  return (object) => requirements.every((holds) => holds(object));
};
