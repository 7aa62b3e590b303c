import type { ResourceType } from "./store.ts";

export type Subresource = "status" | "scale" | "log" | "exec" | "finalize" | "proxy" | "binding" | "eviction" | "token";

/** A resource with what only the server must know of it. */
export interface ServedResource extends ResourceType {
  readonly subresources: readonly Subresource[];
  /** Whether a change of anything but metadata and status counts as a new generation. */
  readonly generations: boolean;
  /** Versions under which the same objects are served; the first is the stored one. */
  readonly versions: readonly string[];
  /** Fields beyond name and namespace that a custom kind can be selected by; undefined for built-in ones, which have a table. */
  readonly selectable?: readonly string[];
  /** Objects of this kind are questions: they are answered and not stored. */
  readonly reviewed?: boolean;
}

interface Row {
  readonly kind: string;
  readonly plural?: string;
  readonly cluster?: true;
  readonly short?: readonly string[];
  readonly all?: true;
  readonly subresources?: readonly Subresource[];
  readonly generations?: true;
  readonly reviewed?: true;
}

const WORKLOAD = { all: true, generations: true } as const;

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "/v1": [
    { kind: "Namespace", cluster: true, short: ["ns"], subresources: ["status", "finalize"] },
    { kind: "Node", cluster: true, short: ["no"], subresources: ["status", "proxy"] },
    { kind: "Pod", short: ["po"], all: true, subresources: ["status", "log", "exec", "binding", "eviction"] },
    { kind: "Service", short: ["svc"], all: true, subresources: ["status"] },
    { kind: "Endpoints", plural: "endpoints", short: ["ep"] },
    { kind: "ConfigMap", short: ["cm"] },
    { kind: "Secret" },
    { kind: "Event", short: ["ev"] },
    { kind: "PersistentVolume", cluster: true, short: ["pv"], subresources: ["status"] },
    { kind: "PersistentVolumeClaim", short: ["pvc"], subresources: ["status"] },
    { kind: "ServiceAccount", short: ["sa"], subresources: ["token"] },
  ],
  "apps/v1": [
    { kind: "Deployment", short: ["deploy"], subresources: ["status", "scale"], ...WORKLOAD },
    { kind: "StatefulSet", short: ["sts"], subresources: ["status", "scale"], ...WORKLOAD },
    { kind: "DaemonSet", short: ["ds"], subresources: ["status"], ...WORKLOAD },
    { kind: "ReplicaSet", short: ["rs"], subresources: ["status", "scale"], ...WORKLOAD },
  ],
  "batch/v1": [
    { kind: "Job", subresources: ["status"], ...WORKLOAD },
    { kind: "CronJob", short: ["cj"], subresources: ["status"], ...WORKLOAD },
  ],
  "networking.k8s.io/v1": [{ kind: "NetworkPolicy", plural: "networkpolicies", short: ["netpol"], generations: true }],
  "policy/v1": [{ kind: "PodDisruptionBudget", short: ["pdb"], subresources: ["status"], generations: true }],
  "storage.k8s.io/v1": [{ kind: "StorageClass", plural: "storageclasses", cluster: true, short: ["sc"] }],
  "rbac.authorization.k8s.io/v1": [
    { kind: "ClusterRole", cluster: true },
    { kind: "ClusterRoleBinding", cluster: true },
    { kind: "Role" },
    { kind: "RoleBinding" },
  ],
  "authentication.k8s.io/v1": [{ kind: "SelfSubjectReview", cluster: true, reviewed: true }],
  "authorization.k8s.io/v1": [
    { kind: "LocalSubjectAccessReview", reviewed: true },
    { kind: "SelfSubjectAccessReview", cluster: true, reviewed: true },
    { kind: "SelfSubjectRulesReview", cluster: true, reviewed: true },
    { kind: "SubjectAccessReview", cluster: true, reviewed: true },
  ],
  "coordination.k8s.io/v1": [{ kind: "Lease" }],
  "apiextensions.k8s.io/v1": [
    { kind: "CustomResourceDefinition", cluster: true, short: ["crd", "crds"], subresources: ["status"], generations: true },
  ],
};

const served = (groupVersion: string, row: Row): ServedResource => {
  const [group = "", version = ""] = groupVersion.split("/");
  const singular = row.kind.toLowerCase();
  return {
    group,
    version,
    plural: row.plural ?? `${singular}s`,
    singular,
    kind: row.kind,
    namespaced: row.cluster !== true,
    shortNames: row.short ?? [],
    categories: row.all === true ? ["all"] : [],
    subresources: row.subresources ?? [],
    generations: row.generations === true,
    versions: [version],
    ...(row.reviewed === undefined ? {} : { reviewed: row.reviewed }),
  };
};

/** Every built-in resource of the simulated API server, in the order of its discovery. */
export const BUILT_IN_RESOURCES: readonly ServedResource[] = Object.entries(ROWS).flatMap(([groupVersion, rows]) =>
  rows.map((row) => served(groupVersion, row)),
);
