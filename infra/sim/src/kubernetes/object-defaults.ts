import type { Json } from "./kube-object.ts";

/** Fields of `value` that are missing are taken from `defaults`. */
const fill = (value: Json | undefined, defaults: Json): Json => ({ ...defaults, ...dropUndefined(value) });

const dropUndefined = (value: Json | undefined): Json =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, entry]) => entry !== undefined && entry !== null));

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Latest and untagged images are pulled always, as kubelets are told by the server's defaults. */
const pullPolicy = (image: unknown): string => {
  const name = typeof image === "string" ? (image.split("/").at(-1) ?? "") : "";
  if (name.includes("@")) return "IfNotPresent";
  return !name.includes(":") || name.endsWith(":latest") ? "Always" : "IfNotPresent";
};

const container = (value: Json): Json => {
  const filled = fill(value, {
    imagePullPolicy: pullPolicy(value["image"]),
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  if (value["ports"] === undefined) return filled;
  return { ...filled, ports: list(value["ports"]).map((port) => fill(port, { protocol: "TCP" })) };
};

const podSpec = (spec: Json | undefined): Json => ({
  ...fill(spec, {
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  }),
  ...(spec?.["containers"] === undefined ? {} : { containers: list(spec["containers"]).map(container) }),
  ...(spec?.["initContainers"] === undefined ? {} : { initContainers: list(spec["initContainers"]).map(container) }),
});

/** Pods alone, not their templates: what has a limit and no request requests its limit. */
const requesting = (value: Json): Json => {
  const limits = (value["resources"] as Json | undefined)?.["limits"] as Json | undefined;
  if (limits === undefined) return value;
  const resources = value["resources"] as Json;
  return { ...value, resources: { ...resources, requests: fill(resources["requests"] as Json | undefined, limits) } };
};

const ownPodSpec = (spec: Json): Json => {
  const filled = podSpec(spec);
  const fields = ["containers", "initContainers"].filter((field) => filled[field] !== undefined);
  return { ...filled, ...Object.fromEntries(fields.map((field) => [field, list(filled[field]).map(requesting)])) };
};

const template = (value: Json | undefined): Json => ({
  ...value,
  metadata: (value?.["metadata"] as Json | undefined) ?? {},
  spec: podSpec(value?.["spec"] as Json | undefined),
});

const rolling = (spec: Json, field: "strategy" | "updateStrategy", defaults: Json): Json => {
  const given = spec[field] as Json | undefined;
  const type: unknown = given?.["type"] ?? "RollingUpdate";
  if (type !== "RollingUpdate") return { ...given, type };
  return { type, rollingUpdate: fill(given?.["rollingUpdate"] as Json | undefined, defaults) };
};

const claimTemplate = (claim: Json): Json => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  ...claim,
  spec: fill(claim["spec"] as Json | undefined, { volumeMode: "Filesystem" }),
  status: { phase: "Pending" },
});

const servicePort = (port: Json): Json => ({ ...fill(port, { protocol: "TCP", targetPort: port["port"] as unknown }) });

const jobSpec = (spec: Json): Json => ({
  ...fill(spec, { backoffLimit: 6, completions: 1, parallelism: 1, completionMode: "NonIndexed", suspend: false }),
  template: template(spec["template"] as Json | undefined),
});

const SPECS: Readonly<Record<string, (spec: Json) => Json>> = {
  Pod: ownPodSpec,
  Deployment: (spec) => ({
    ...fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
    strategy: rolling(spec, "strategy", { maxSurge: "25%", maxUnavailable: "25%" }),
    template: template(spec["template"] as Json | undefined),
  }),
  ReplicaSet: (spec) => ({ ...fill(spec, { replicas: 1 }), template: template(spec["template"] as Json | undefined) }),
  StatefulSet: (spec) => ({
    ...fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: "OrderedReady" }),
    updateStrategy: rolling(spec, "updateStrategy", { partition: 0 }),
    template: template(spec["template"] as Json | undefined),
    ...(spec["volumeClaimTemplates"] === undefined ? {} : { volumeClaimTemplates: list(spec["volumeClaimTemplates"]).map(claimTemplate) }),
  }),
  DaemonSet: (spec) => ({
    ...fill(spec, { revisionHistoryLimit: 10 }),
    updateStrategy: rolling(spec, "updateStrategy", { maxSurge: 0, maxUnavailable: 1 }),
    template: template(spec["template"] as Json | undefined),
  }),
  Job: jobSpec,
  CronJob: (spec) => ({
    ...fill(spec, { concurrencyPolicy: "Allow", suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
    jobTemplate: {
      metadata: {},
      ...(spec["jobTemplate"] as Json | undefined),
      spec: jobSpec(((spec["jobTemplate"] as Json | undefined)?.["spec"] as Json | undefined) ?? {}),
    },
  }),
  Service: (spec) => ({
    ...fill(spec, { type: "ClusterIP", sessionAffinity: "None" }),
    ...(spec["ports"] === undefined ? {} : { ports: list(spec["ports"]).map(servicePort) }),
  }),
  PersistentVolumeClaim: (spec) => fill(spec, { volumeMode: "Filesystem" }),
  PersistentVolume: (spec) => fill(spec, { volumeMode: "Filesystem", persistentVolumeReclaimPolicy: "Retain" }),
  NetworkPolicy: (spec) =>
    fill(spec, { podSelector: {}, policyTypes: list(spec["egress"]).length > 0 ? ["Ingress", "Egress"] : ["Ingress"] }),
  Namespace: (spec) => fill(spec, { finalizers: ["kubernetes"] }),
};

const secret = (object: Json): Json => {
  const { stringData, ...rest } = object;
  const told = Object.entries((stringData ?? {}) as Record<string, string>).map(([key, text]): [string, string] => [
    key,
    Buffer.from(text, "utf8").toString("base64"),
  ]);
  const data = { ...(rest["data"] as Record<string, string> | undefined), ...Object.fromEntries(told) };
  return { type: "Opaque", ...rest, ...(Object.keys(data).length === 0 ? {} : { data }) };
};

const WHOLE: Readonly<Record<string, (object: Json) => Json>> = {
  Secret: secret,
  StorageClass: (object) => fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
};

const BUILT_IN_GROUP = /^(?:v1|apps\/v1|batch\/v1|storage\.k8s\.io\/v1|networking\.k8s\.io\/v1)$/;

/** The object with the defaults of a real API server; objects of custom kinds come back as they are. */
export const withDefaults = <T extends { readonly apiVersion: string; readonly kind: string; readonly spec?: Json }>(object: T): T => {
  if (!BUILT_IN_GROUP.test(object.apiVersion)) return object;
  const whole: Json = WHOLE[object.kind]?.(object) ?? object;
  const spec = SPECS[object.kind];
  return (spec === undefined ? whole : { ...whole, spec: spec((whole["spec"] as Json | undefined) ?? {}) }) as unknown as T;
};

const FIRST_STATUS: Readonly<Record<string, Json>> = {
  Pod: { phase: "Pending", qosClass: "BestEffort" },
  Namespace: { phase: "Active" },
  PersistentVolume: { phase: "Pending" },
  PersistentVolumeClaim: { phase: "Pending" },
  Service: { loadBalancer: {} },
  PodDisruptionBudget: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
};

/** The status an object is born with: what writers put there is dropped, as by real registries; nodes bring their own. */
export const firstStatus = (kind: string, given: Json | undefined): Json => (kind === "Node" ? (given ?? {}) : (FIRST_STATUS[kind] ?? {}));
