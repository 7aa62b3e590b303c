import type { InvalidField } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { at, list, text } from "../printing/fields.ts";
import { nameFaults } from "./name-rules.ts";
import { podFaults } from "./pod-rules.ts";
import { forbiddenValue, invalidValue, required, unsupported } from "./field-faults.ts";

type Rule = (object: KubeObject) => InvalidField[];

const selectorFaults: Rule = (object) => {
  const wanted = (at(object, "spec.selector.matchLabels") ?? {}) as Record<string, string>;
  const expressions = at(object, "spec.selector.matchExpressions");
  if (Object.keys(wanted).length === 0 && expressions === undefined) return [required("spec.selector")];
  const labels = (at(object, "spec.template.metadata.labels") ?? {}) as Record<string, string>;
  const fits = Object.entries(wanted).every(([key, value]) => labels[key] === value);
  return fits ? [] : [invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")];
};

const countFaults =
  (path: string): Rule =>
  (object) => {
    const value = at(object, path);
    if (value === undefined || (typeof value === "number" && value >= 0)) return [];
    return [invalidValue(path, value, "must be greater than or equal to 0")];
  };

const restartFaults =
  (path: string, supported: readonly string[]): Rule =>
  (object) => {
    const value = at(object, `${path}.restartPolicy`);
    if (typeof value !== "string" || supported.includes(value)) return [];
    const values = supported.map((name) => `"${name}"`).join(", ");
    const message = `Unsupported value: "${value}": supported values: ${values}`;
    return [{ field: `${path}.restartPolicy`, reason: "FieldValueNotSupported", message }];
  };

const claimNames = (object: KubeObject): string[] =>
  list(at(object, "spec.volumeClaimTemplates")).map((claim) => text(at(claim, "metadata.name"), ""));

const podAt =
  (path: string): Rule =>
  (object) =>
    podFaults(at(object, path), path, claimNames(object));

const TEMPLATE = "spec.template.spec";
const WORKLOAD: readonly Rule[] = [selectorFaults, podAt(TEMPLATE), restartFaults(TEMPLATE, ["Always"]), countFaults("spec.replicas")];

const requiredAt =
  (path: string): Rule =>
  (object) => {
    const value = at(object, path);
    return value === undefined || value === "" || (Array.isArray(value) && value.length === 0) ? [required(path)] : [];
  };

const servicePorts: Rule = (object) => {
  const isBare = at(object, "spec.clusterIP") === "None" || at(object, "spec.type") === "ExternalName";
  const ports = (at(object, "spec.ports") ?? []) as unknown[];
  if (ports.length === 0) return isBare ? [] : [required("spec.ports")];
  return ports.flatMap((port, index) => {
    const value = at(port, "port");
    if (typeof value === "number" && value > 0 && value < 65_536) return [];
    return [invalidValue(`spec.ports[${index}].port`, value ?? 0, "must be between 1 and 65535, inclusive")];
  });
};

const definitionName: Rule = (object) => {
  const expected = `${String(at(object, "spec.names.plural"))}.${String(at(object, "spec.group"))}`;
  if (object.metadata.name === expected) return [];
  return [invalidValue("metadata.name", object.metadata.name, `must be spec.names.plural+"."+spec.group`)];
};

const storedOnce: Rule = (object) => {
  const versions = (at(object, "spec.versions") ?? []) as unknown[];
  if (versions.filter((version) => at(version, "storage") === true).length === 1) return [];
  return [invalidValue("spec.versions", versions, "must have exactly one version marked as storage version")];
};

const BOTH_SET = "minAvailable and maxUnavailable cannot be both set";

const budgetFaults: Rule = (object) => {
  const spec = object.spec ?? {};
  const isBoth = spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined;
  const shares = ["minAvailable", "maxUnavailable"].flatMap((name) => {
    const value: unknown = spec[name];
    if (typeof value === "number" && value < 0) return [invalidValue(`spec.${name}`, value, "must be greater than or equal to 0")];
    if (typeof value !== "string") return [];
    if (!/^\d+%$/.test(value)) return [invalidValue(`spec.${name}`, value, "must be an integer or percentage (e.g '5%%')")];
    return Number.parseInt(value, 10) > 100 ? [invalidValue(`spec.${name}`, value, "must not be greater than 100%")] : [];
  });
  const policy: unknown = spec["unhealthyPodEvictionPolicy"];
  const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: "AlwaysAllow", "IfHealthyBudget"`;
  const isUnknown = policy !== undefined && policy !== "AlwaysAllow" && policy !== "IfHealthyBudget";
  return [
    ...(isBoth ? [invalidValue("spec", spec, BOTH_SET)] : []),
    ...shares,
    ...(isUnknown ? [{ field: "spec.unhealthyPodEvictionPolicy", reason: "FieldValueNotSupported", message } as const] : []),
  ];
};

const DIRECTIONS: readonly unknown[] = ["Ingress", "Egress"];

/** Policies are known here as far as they cut off; what one lets through is not. */
const policyFaults: Rule = (object) => [
  ...["ingress", "egress"].flatMap((name) =>
    list(at(object, `spec.${name}`)).length === 0 ? [] : [forbiddenValue(`spec.${name}`, "the simulator knows no rules")],
  ),
  ...((at(object, "spec.policyTypes") ?? []) as unknown[]).flatMap((type, index) =>
    DIRECTIONS.includes(type) ? [] : [unsupported(`spec.policyTypes[${index}]`, type, DIRECTIONS)],
  ),
];

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  Pod: [podAt("spec")],
  Deployment: WORKLOAD,
  ReplicaSet: WORKLOAD,
  StatefulSet: WORKLOAD,
  DaemonSet: [selectorFaults, podAt(TEMPLATE), restartFaults(TEMPLATE, ["Always"])],
  Job: [
    podAt(TEMPLATE),
    restartFaults(TEMPLATE, ["OnFailure", "Never"]),
    countFaults("spec.backoffLimit"),
    countFaults("spec.parallelism"),
  ],
  CronJob: [requiredAt("spec.schedule"), podAt("spec.jobTemplate.spec.template.spec")],
  Service: [servicePorts],
  PersistentVolumeClaim: [requiredAt("spec.accessModes"), requiredAt("spec.resources.requests.storage")],
  PersistentVolume: [requiredAt("spec.accessModes"), requiredAt("spec.capacity.storage")],
  StorageClass: [requiredAt("provisioner")],
  PodDisruptionBudget: [budgetFaults],
  NetworkPolicy: [policyFaults],
  CustomResourceDefinition: [
    requiredAt("spec.group"),
    requiredAt("spec.scope"),
    requiredAt("spec.names.plural"),
    requiredAt("spec.names.kind"),
    requiredAt("spec.versions"),
    definitionName,
    storedOnce,
  ],
};

/** Everything that a real server's validation would hold against an object with its defaults; all faults at once. */
export const validationFaults = (object: KubeObject, custom: boolean): InvalidField[] => [
  ...nameFaults(object),
  ...(custom ? [] : (RULES[object.kind] ?? []).flatMap((rule) => rule(object))),
];
