import { badRequest } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import type { ResourceType } from "../store.ts";

const INVOLVED = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
  (field) => `involvedObject.${field}`,
);

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  "/events": [...INVOLVED, "reason", "reportingComponent", "source", "type"],
  "/nodes": ["spec.unschedulable"],
  "/namespaces": ["status.phase"],
  "/secrets": ["type"],
  "batch/jobs": ["status.successful"],
  "apps/replicasets": ["status.replicas"],
};

const DEFAULTS: Readonly<Record<string, string>> = {
  "spec.unschedulable": "false",
  "spec.hostNetwork": "false",
  "status.successful": "0",
  "status.replicas": "0",
};

const REQUIREMENT = /^([A-Za-z.]+?)(==|!=|=)(.*)$/;

const textAt = (object: KubeObject, path: string): string => {
  if (path === "source" && object.kind === "Event") return textAt(object, "source.component");
  let value: unknown = object;
  for (const step of path.split(".")) {
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  return DEFAULTS[path] ?? "";
};

const isSupported = (resource: ResourceType, path: string): boolean =>
  path === "metadata.name" ||
  (path === "metadata.namespace" && resource.namespaced) ||
  (FIELDS[`${resource.group}/${resource.plural}`] ?? []).includes(path);

const requirement = (resource: ResourceType, part: string): ((object: KubeObject) => boolean) => {
  const [, path, operator, value] = REQUIREMENT.exec(part) ?? [];
  if (path === undefined) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
  if (!isSupported(resource, path)) throw badRequest(`field label not supported: ${path}`);
  return (object) => (textAt(object, path) === value) === (operator !== "!=");
};

/** Whether an object fulfils a field selector: `spec.nodeName=w1,status.phase!=Running`. Errors: 400 for what this kind cannot be selected by. */
export const fieldSelector = (resource: ResourceType, text: string): ((object: KubeObject) => boolean) => {
  const requirements = text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => requirement(resource, part));
  return (object) => requirements.every((holds) => holds(object));
};
