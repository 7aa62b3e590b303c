import type { PolicyRule } from "./policy-rule.ts";

export interface DefaultRole {
  readonly name: string;
  /** The wider role whose rules this one's become part of. */
  readonly within?: string;
  /** The label that collects its rules. */
  readonly collects?: string;
  readonly rules: readonly PolicyRule[];
  /** Group that holds it from the start. */
  readonly group?: string;
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const rule = (verbs: readonly string[], group: string, resources: string): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources: resources.split(" "),
});

const paths = (text: string): PolicyRule => ({ verbs: ["get"], nonResourceURLs: text.split(" ") });

const APPS = "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale";

const VIEW: readonly PolicyRule[] = [
  rule(
    READ,
    "",
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
  ),
  rule(
    READ,
    "",
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
  ),
  rule(READ, "", "namespaces"),
  rule(READ, "discovery.k8s.io", "endpointslices"),
  rule(
    READ,
    "apps",
    "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
  ),
  rule(READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
  rule(READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
  rule(READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
  rule(READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
  rule(READ, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates"),
];

const EDIT: readonly PolicyRule[] = [
  rule(READ, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
  rule(["impersonate"], "", "serviceaccounts"),
  rule(WRITE, "", "pods pods/attach pods/exec pods/portforward pods/proxy"),
  rule(["create"], "", "pods/eviction"),
  rule(
    WRITE,
    "",
    "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
  ),
  rule(["create"], "", "serviceaccounts/token"),
  rule(WRITE, "apps", APPS),
  rule(WRITE, "autoscaling", "horizontalpodautoscalers"),
  rule(WRITE, "batch", "cronjobs jobs"),
  rule(WRITE, "policy", "poddisruptionbudgets"),
  rule(WRITE, "networking.k8s.io", "ingresses networkpolicies"),
  rule(ALL, "coordination.k8s.io", "leases"),
  rule(WRITE, "resource.k8s.io", "resourceclaims resourceclaimtemplates"),
];

const ADMIN: readonly PolicyRule[] = [
  rule(["create"], "authorization.k8s.io", "localsubjectaccessreviews"),
  rule(ALL, "rbac.authorization.k8s.io", "rolebindings roles"),
];

const EVERYONE = "system:authenticated";

/** The roles of Kubernetes 1.34 for people; those of its own components are left out, as these come in by no door. */
export const DEFAULT_ROLES: readonly DefaultRole[] = [
  {
    name: "cluster-admin",
    rules: [
      { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
      { verbs: ["*"], nonResourceURLs: ["*"] },
    ],
    group: "system:masters",
  },
  { name: "system:aggregate-to-admin", within: "admin", rules: ADMIN },
  { name: "system:aggregate-to-edit", within: "edit", rules: EDIT },
  { name: "system:aggregate-to-view", within: "view", rules: VIEW },
  { name: "admin", collects: "admin", rules: [...ADMIN, ...EDIT, ...VIEW] },
  { name: "edit", within: "admin", collects: "edit", rules: [...EDIT, ...VIEW] },
  { name: "view", within: "edit", collects: "view", rules: VIEW },
  {
    name: "system:basic-user",
    rules: [
      rule(["create"], "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
      rule(["create"], "authentication.k8s.io", "selfsubjectreviews"),
    ],
    group: EVERYONE,
  },
  {
    name: "system:discovery",
    rules: [paths("/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/")],
    group: EVERYONE,
  },
];
