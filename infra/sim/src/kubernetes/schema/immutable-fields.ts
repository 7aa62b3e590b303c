import type { InvalidField } from "../api-status.ts";
import type { Json, KubeObject } from "../kube-object.ts";
import { sameJson } from "../plain-json.ts";
import { at, list, text } from "../printing/fields.ts";
import { forbiddenValue, invalidValue } from "./field-faults.ts";

const FIXED: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  Job: ["spec.selector", "spec.template", "spec.completions"],
  Secret: ["type"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
};

const STATEFUL_CHANGES = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

const CLASS_FIELDS = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"];

const fixedFaults = (before: KubeObject, after: KubeObject): InvalidField[] =>
  (FIXED[after.kind] ?? [])
    .filter((path) => at(after, path) !== undefined && !sameJson(at(before, path), at(after, path)))
    .map((path) => invalidValue(path, at(after, path), "field is immutable"));

const without = (spec: Json | undefined, fields: readonly string[]): Json =>
  Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !fields.includes(key)));

const statefulFaults = (before: KubeObject, after: KubeObject): InvalidField[] => {
  if (sameJson(without(before.spec, STATEFUL_CHANGES), without(after.spec, STATEFUL_CHANGES))) return [];
  const fields = STATEFUL_CHANGES.map((field) => `'${field}'`);
  const told = `${fields.slice(0, -1).join(", ")} and ${fields.at(-1) ?? ""}`;
  return [forbiddenValue("spec", `updates to statefulset spec for fields other than ${told} are forbidden`)];
};

const images = (spec: Json | undefined): Json => ({
  ...without(spec, ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "containers", "initContainers", "nodeName"]),
  containers: list(spec?.["containers"]).map((container) => without(container, ["image"])),
  initContainers: list(spec?.["initContainers"]).map((container) => without(container, ["image"])),
});

const podFaults = (before: KubeObject, after: KubeObject): InvalidField[] => {
  const moved = text(at(before, "spec.nodeName"), "") !== text(at(after, "spec.nodeName"), "");
  if (!moved && sameJson(images(before.spec), images(after.spec))) return [];
  const fields =
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
  return [forbiddenValue("spec", `pod updates may not change fields other than ${fields}`)];
};

const claimFaults = (before: KubeObject, after: KubeObject): InvalidField[] => {
  const changeable = at(before, "spec.volumeName") === undefined ? ["resources", "volumeName", "storageClassName"] : ["resources"];
  if (sameJson(without(before.spec, changeable), without(after.spec, changeable))) return [];
  return [
    forbiddenValue("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"),
  ];
};

const classFaults = (before: KubeObject, after: KubeObject): InvalidField[] =>
  CLASS_FIELDS.filter((field) => !sameJson(before[field], after[field])).map((field) =>
    forbiddenValue(field, `updates to ${field} are forbidden.`),
  );

const addressFaults = (before: KubeObject, after: KubeObject): InvalidField[] => {
  const asked = at(after, "spec.clusterIP");
  const held = at(before, "spec.clusterIP");
  if (asked === undefined || asked === "" || asked === held || at(after, "spec.type") === "ExternalName") return [];
  return [invalidValue("spec.clusterIPs[0]", [asked], "may not change once set")];
};

const OWN: Readonly<Record<string, (before: KubeObject, after: KubeObject) => InvalidField[]>> = {
  StatefulSet: statefulFaults,
  Pod: podFaults,
  PersistentVolumeClaim: claimFaults,
  StorageClass: classFaults,
  Service: addressFaults,
};

const isImmutable = (object: KubeObject): boolean => object["immutable"] === true && ["ConfigMap", "Secret"].includes(object.kind);

const dataFaults = (before: KubeObject, after: KubeObject): InvalidField[] =>
  isImmutable(before) && !sameJson(before["data"], after["data"])
    ? [forbiddenValue("data", "field is immutable when `immutable` is set")]
    : [];

/** What an update may not change, although both objects are valid by themselves. */
export const immutableFaults = (before: KubeObject, after: KubeObject): InvalidField[] => [
  ...fixedFaults(before, after),
  ...(OWN[after.kind]?.(before, after) ?? []),
  ...dataFaults(before, after),
];
