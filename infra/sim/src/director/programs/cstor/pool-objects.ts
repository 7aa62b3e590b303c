import { createHash } from "node:crypto";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { DEVICE_CLAIM, HOSTNAME, POOL_APP } from "../../cstor-kinds.ts";
import { apiVersionOf } from "../../defined-kinds.ts";
import { listAt, textAt } from "../../json.ts";
import type { Manifest } from "../../kube-apply.ts";
import type { PoolFlavour, PoolPlan } from "../../pool-flavour.ts";
import { VERSION_LABEL } from "../../cstor-kinds.ts";
import { imageBeside, tagOf } from "../versioned-workload.ts";

/** A cluster object together with who looks after it. */
export interface PoolCluster {
  readonly context: ProgramContext;
  readonly flavour: PoolFlavour;
  readonly object: KubeObject;
}

/** Where pods and claims of a cluster's pools live: beside it, or with the operator when it has no namespace. */
export const namespaceOf = ({ context, object }: PoolCluster): string =>
  object.metadata.namespace ?? context.pod.metadata.namespace ?? "openebs";

const owner = ({ object }: PoolCluster) => [
  { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, uid: object.metadata.uid, controller: true },
];

/** Name of the pool on one node, and of its Deployment. */
export const instanceName = ({ object }: PoolCluster, { node }: PoolPlan): string =>
  `${object.metadata.name}-${createHash("md5").update(node).digest("hex").slice(0, 4)}`;

/** Of the operator that makes it; what is there keeps its version until it is upgraded. */
const labelsOf = (pool: PoolCluster, plan: PoolPlan): Record<string, string> => ({
  [pool.flavour.clusterLabel]: pool.object.metadata.name,
  [HOSTNAME]: plan.node,
  [VERSION_LABEL]: tagOf(pool.context.image),
});

/** The claim by which a pool takes a device; its name is the device's, so that two pools cannot both have one. */
export const deviceClaim = (pool: PoolCluster, device: KubeObject): Manifest => ({
  apiVersion: apiVersionOf(DEVICE_CLAIM),
  kind: DEVICE_CLAIM.kind,
  metadata: {
    name: `bdc-cstor-${device.metadata.uid}`,
    namespace: namespaceOf(pool),
    labels: { [pool.flavour.clusterLabel]: pool.object.metadata.name },
    ownerReferences: owner(pool),
  } as Manifest["metadata"],
  spec: { blockDeviceName: device.metadata.name, hostName: device.metadata.labels?.[HOSTNAME] ?? "" },
});

export const instanceManifest = (pool: PoolCluster, plan: PoolPlan): Manifest => ({
  apiVersion: apiVersionOf(pool.flavour.instance),
  kind: pool.flavour.instance.kind,
  metadata: {
    name: instanceName(pool, plan),
    ...(pool.flavour.namespaced && { namespace: namespaceOf(pool) }),
    labels: labelsOf(pool, plan),
    ownerReferences: owner(pool),
  } as Manifest["metadata"],
  spec: {
    hostName: plan.node,
    nodeSelector: { [HOSTNAME]: plan.node },
    poolConfig: { dataRaidGroupType: plan.raidType },
    dataRaidGroups: plan.groups.map((group) => ({ blockDevices: group.map((blockDeviceName) => ({ blockDeviceName })) })),
  },
});

/** The one pod that serves the pool on its node. */
export const poolDeployment = (pool: PoolCluster, plan: PoolPlan): Manifest => {
  const name = instanceName(pool, plan);
  const labels = { ...POOL_APP, ...labelsOf(pool, plan), [pool.flavour.instanceLabel]: name };
  const imagePullSecrets = listAt(pool.context.pod.spec, "imagePullSecrets");
  const serviceAccountName = textAt(pool.context.pod.spec, "serviceAccountName");
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: namespaceOf(pool), labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: { [pool.flavour.instanceLabel]: name } },
      template: {
        metadata: { labels },
        spec: {
          ...(serviceAccountName !== undefined && { serviceAccountName }),
          ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
          nodeSelector: { [HOSTNAME]: plan.node },
          containers: [
            { name: pool.flavour.image, image: imageBeside(pool.context.image, pool.flavour.image), imagePullPolicy: "IfNotPresent" },
          ],
        },
      },
    },
  };
};
