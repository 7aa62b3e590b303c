import { AGENT_NAMESPACE, PULL_SECRET } from "../agent-manifest.ts";
import { CONTROL_PLANE_LABEL, DATA_PLANE_LABEL } from "../api/openebs-nodes.ts";
import { VERSION_LABEL } from "../cstor-kinds.ts";
import { filterConfig } from "../device-filters.ts";
import type { Manifest } from "../kube-apply.ts";
import type { OpenebsWish } from "../openebs-manifest.ts";
import type { Json, KubeObject } from "../../kubernetes/kube-object.ts";
import type { Store } from "../../kubernetes/store.ts";

export const COMPONENT_LABEL = "openebs.io/component-name";
/** What NDM reads when it starts. */
export const DEVICE_CONFIG = "openebs-ndm-config";
export const DEVICE_CONFIG_KEY = "node-disk-manager.config";
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

/** When nodes are chosen for a plane, what belongs to it keeps to them: the node agent to the data plane, all else to the control plane. */
const placement = (store: Store, name: string): Json => {
  const label = name === NDM ? DATA_PLANE_LABEL : CONTROL_PLANE_LABEL;
  const isChosen = store.list(store.resource("Node")).some((node) => node.metadata.labels?.[label] === "true");
  return isChosen ? { nodeSelector: { [label]: "true" }, tolerations: TOLERATIONS } : {};
};

/** The folder on the nodes, for those that write into it. */
const folderOf = (name: string, { defaultDirectory }: OpenebsWish): Json => {
  const folders: Readonly<Record<string, readonly [string, string]>> = {
    "maya-apiserver": ["OPENEBS_IO_BASE_DIR", defaultDirectory],
    "openebs-localpv-provisioner": ["OPENEBS_IO_BASE_PATH", `${defaultDirectory}/local`],
    [NDM]: ["SPARSE_FILE_DIR", `${defaultDirectory}/sparse`],
  };
  const folder = folders[name];
  return folder === undefined ? {} : { env: [{ name: folder[0], value: folder[1] }] };
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
    ...folderOf(name, wish),
    resources: Object.keys(limits).length === 0 ? {} : { limits },
  };
  const spec = { serviceAccountName: "openebs-maya-operator", ...placement(store, name), ...pullSecrets(store) };
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

const deviceConfig = ({ namespace, filters }: OpenebsWish): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: DEVICE_CONFIG, namespace },
  data: { [DEVICE_CONFIG_KEY]: filterConfig(filters) },
});

const DEVICE_CLASS = '- name: StorageType\n  value: "device"\n';

/** The classes of the default storage configuration but openebs-hostpath, which clusters have for Director itself. */
const CLASSES = [
  { name: "openebs-device", engine: "local", provisioner: "openebs.io/local", volumeBindingMode: "WaitForFirstConsumer" },
  { name: "openebs-jiva-default", engine: "jiva", provisioner: "openebs.io/provisioner-iscsi", volumeBindingMode: "Immediate" },
] as const;

const storageClass = ({ name, engine, provisioner, volumeBindingMode }: (typeof CLASSES)[number]): Manifest => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations: { "openebs.io/cas-type": engine, ...(engine === "local" && { "cas.openebs.io/config": DEVICE_CLASS }) } },
  provisioner,
  reclaimPolicy: "Delete",
  volumeBindingMode,
});

/** Everything of one OpenEBS in the order in which it must be applied; the custom resource itself comes with the caller's manifest. */
export const openebsObjects = (store: Store, wish: OpenebsWish): readonly Manifest[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: wish.namespace } },
  ...DEFINITIONS.map(definition),
  ...copiedPullSecret(store, wish.namespace),
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "openebs-maya-operator", namespace: wish.namespace } },
  deviceConfig(wish),
  ...CLASSES.map(storageClass),
  ...[...DEPLOYMENTS, NDM].map((name) => workload(store, wish, name)),
];

/** Deployments and DaemonSets of the control plane in a namespace. */
export const controlPlane = (store: Store, namespace: string): readonly KubeObject[] =>
  ["Deployment", "DaemonSet"]
    .flatMap((kind) => store.list(store.resource(kind), namespace))
    .filter((object) => object.metadata.labels?.[COMPONENT_LABEL] !== undefined);
