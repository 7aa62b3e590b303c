import type { EtcdStore } from "../etcd-store.ts";
import type { KubeObject } from "../kube-object.ts";
import { DEFAULT_ROLES, type DefaultRole } from "./default-roles.ts";

const GROUP = "rbac.authorization.k8s.io";
const API_VERSION = `${GROUP}/v1`;
const LABELS = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const ANNOTATIONS = { [`rbac.authorization.kubernetes.io/autoupdate`]: "true" };

const aggregationLabel = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;

const roleOf = ({ name, within, collects, rules }: DefaultRole): Omit<KubeObject, "metadata"> & { metadata: object } => ({
  apiVersion: API_VERSION,
  kind: "ClusterRole",
  metadata: {
    name,
    labels: { ...LABELS, ...(within === undefined ? {} : { [aggregationLabel(within)]: "true" }) },
    annotations: ANNOTATIONS,
  },
  ...(collects === undefined
    ? {}
    : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(collects)]: "true" } }] } }),
  rules,
});

const bindingOf = (name: string, group: string): Omit<KubeObject, "metadata"> & { metadata: object } => ({
  apiVersion: API_VERSION,
  kind: "ClusterRoleBinding",
  metadata: { name, labels: LABELS, annotations: ANNOTATIONS },
  roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
  subjects: [{ apiGroup: GROUP, kind: "Group", name: group }],
});

/** Lays down the roles that every cluster has, where they are missing. */
export const seedRoles = (store: EtcdStore): void => {
  const roles = store.resource("ClusterRole", GROUP);
  const bindings = store.resource("ClusterRoleBinding", GROUP);
  for (const role of DEFAULT_ROLES) {
    if (store.get(roles, undefined, role.name) === undefined) store.create(roles, roleOf(role));
    if (role.group === undefined || store.get(bindings, undefined, role.name) !== undefined) continue;
    store.create(bindings, bindingOf(role.name, role.group));
  }
};
