import { AGENT_NAMESPACE, PULL_SECRET } from "../agent-manifest.ts";
import { CONTROL_PLANE_LABEL } from "../api/openebs-nodes.ts";
import type { Manifest } from "../kube-apply.ts";
import type { OpenebsWish } from "../openebs-manifest.ts";
import type { Json, KubeObject } from "../../kubernetes/kube-object.ts";
import type { Store } from "../../kubernetes/store.ts";

export const COMPONENT_LABEL = "openebs.io/component-name";
export const VERSION_LABEL = "openebs.io/version";
const NDM = "openebs-ndm";

const DEPLOYMENTS = [
  "openebs-provisioner",
  "openebs-cstor-admission-server",
  "openebs-ndm-operator",
  "openebs-snapshot-operator",
  "openebs-admission-server",
  "openebs-localpv-provisioner",
  "maya-apiserver",
  "cspc-operator",
  "cvc-operator",
] as const;

interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
}

const DEFINITIONS: readonly Definition[] = [
  { group: "dao.mayadata.io", version: "v1alpha1", kind: "OpenEBS", plural: "openebses", shortNames: [], scope: "Namespaced" },
  { group: "openebs.io", version: "v1alpha1", kind: "BlockDevice", plural: "blockdevices", shortNames: ["bd"], scope: "Namespaced" },
  {
    group: "openebs.io",
    version: "v1alpha1",
    kind: "BlockDeviceClaim",
    plural: "blockdeviceclaims",
    shortNames: ["bdc"],
    scope: "Namespaced",
  },
  {
    group: "openebs.io",
    version: "v1alpha1",
    kind: "StoragePoolClaim",
    plural: "storagepoolclaims",
    shortNames: ["spc"],
    scope: "Cluster",
  },
  {
    group: "cstor.openebs.io",
    version: "v1",
    kind: "CStorPoolCluster",
    plural: "cstorpoolclusters",
    shortNames: ["cspc"],
    scope: "Namespaced",
  },
  {
    group: "cstor.openebs.io",
    version: "v1",
    kind: "CStorPoolInstance",
    plural: "cstorpoolinstances",
    shortNames: ["cspi"],
    scope: "Namespaced",
  },
  {
    group: "cstor.openebs.io",
    version: "v1",
    kind: "CStorVolumeReplica",
    plural: "cstorvolumereplicas",
    shortNames: ["cvr"],
    scope: "Namespaced",
  },
  { group: "openebs.io", version: "v1alpha1", kind: "CStorPool", plural: "cstorpools", shortNames: ["csp"], scope: "Cluster" },
  {
    group: "openebs.io",
    version: "v1alpha1",
    kind: "CStorVolumeReplica",
    plural: "cstorvolumereplicas",
    shortNames: ["cvr"],
    scope: "Namespaced",
  },
];

const definition = ({ group, version, kind, plural, shortNames, scope }: Definition): Manifest => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope,
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
});

// A chosen node of Kubernetes' own control plane takes OpenEBS too: the field counts one NDM pod per chosen node.
const TOLERATIONS = ["node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"].map((key) => ({
  key,
  operator: "Exists",
  effect: "NoSchedule",
}));

/** When nodes are chosen for the control plane, everything OpenEBS runs keeps to them, its node agent included. */
const placement = (store: Store): Json => {
  const isChosen = store.list(store.resource("Node")).some((node) => node.metadata.labels?.[CONTROL_PLANE_LABEL] === "true");
  return isChosen ? { nodeSelector: { [CONTROL_PLANE_LABEL]: "true" }, tolerations: TOLERATIONS } : {};
};

const pullSecrets = (store: Store): Json =>
  store.get(store.resource("Secret"), AGENT_NAMESPACE, PULL_SECRET) === undefined ? {} : { imagePullSecrets: [{ name: PULL_SECRET }] };

const copiedPullSecret = (store: Store, namespace: string): Manifest[] => {
  const secret = store.get(store.resource("Secret"), AGENT_NAMESPACE, PULL_SECRET);
  if (secret === undefined) return [];
  return [{ apiVersion: "v1", kind: "Secret", metadata: { name: PULL_SECRET, namespace }, type: secret["type"], data: secret["data"] }];
};

const workload = (store: Store, wish: OpenebsWish, name: string): Manifest => {
  const isDaemon = name === NDM;
  const labels = { name, [COMPONENT_LABEL]: isDaemon ? "ndm" : name, [VERSION_LABEL]: wish.version };
  const { cpuLimit, memoryLimit } = wish;
  const limits = { ...(cpuLimit !== undefined && { cpu: cpuLimit }), ...(memoryLimit !== undefined && { memory: memoryLimit }) };
  const container = {
    name,
    image: `${wish.imagePrefix}${name}:${wish.version}`,
    imagePullPolicy: "IfNotPresent",
    resources: Object.keys(limits).length === 0 ? {} : { limits },
  };
  const spec = { serviceAccountName: "openebs-maya-operator", ...placement(store), ...pullSecrets(store) };
  return {
    apiVersion: "apps/v1",
    kind: isDaemon ? "DaemonSet" : "Deployment",
    metadata: { name, namespace: wish.namespace, labels },
    spec: {
      ...(!isDaemon && { replicas: 1 }),
      selector: { matchLabels: { name } },
      template: { metadata: { labels }, spec: { ...spec, containers: [container] } },
    },
  };
};

const deviceConfig = ({ namespace, includeDevices, excludeDevices }: OpenebsWish): Manifest => {
  const filter = {
    key: "path-filter",
    name: "path filter",
    state: "true",
    include: includeDevices.join(","),
    exclude: excludeDevices.join(","),
  };
  const config = JSON.stringify({ filterconfigs: [filter] }, undefined, 2);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "openebs-ndm-config", namespace },
    data: { "node-disk-manager.config": config },
  };
};

/** Everything of one OpenEBS in the order in which it must be applied; the custom resource itself comes with the caller's manifest. */
export const openebsObjects = (store: Store, wish: OpenebsWish): readonly Manifest[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: wish.namespace } },
  ...DEFINITIONS.map(definition),
  ...copiedPullSecret(store, wish.namespace),
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "openebs-maya-operator", namespace: wish.namespace } },
  deviceConfig(wish),
  ...[...DEPLOYMENTS, NDM].map((name) => workload(store, wish, name)),
];

/** Deployments and DaemonSets of the control plane in a namespace. */
export const controlPlane = (store: Store, namespace: string): readonly KubeObject[] =>
  ["Deployment", "DaemonSet"]
    .flatMap((kind) => store.list(store.resource(kind), namespace))
    .filter((object) => object.metadata.labels?.[COMPONENT_LABEL] !== undefined);
