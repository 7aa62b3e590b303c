import type { KindRef, KubeObject } from "./kube-client.ts";

/** The kinds that waits and explanations look at. */
export const KINDS = {
  pod: { apiVersion: "v1", kind: "Pod" },
  node: { apiVersion: "v1", kind: "Node" },
  event: { apiVersion: "v1", kind: "Event" },
  service: { apiVersion: "v1", kind: "Service" },
  namespace: { apiVersion: "v1", kind: "Namespace" },
  deployment: { apiVersion: "apps/v1", kind: "Deployment" },
  replicaSet: { apiVersion: "apps/v1", kind: "ReplicaSet" },
  statefulSet: { apiVersion: "apps/v1", kind: "StatefulSet" },
  daemonSet: { apiVersion: "apps/v1", kind: "DaemonSet" },
  job: { apiVersion: "batch/v1", kind: "Job" },
  claim: { apiVersion: "v1", kind: "PersistentVolumeClaim" },
  endpoints: { apiVersion: "v1", kind: "Endpoints" },
  endpointSlice: { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
  storageClass: { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
  definition: { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
  blockDevice: { apiVersion: "openebs.io/v1alpha1", kind: "BlockDevice" },
  poolCluster: { apiVersion: "cstor.openebs.io/v1", kind: "CStorPoolCluster" },
  poolInstance: { apiVersion: "cstor.openebs.io/v1", kind: "CStorPoolInstance" },
} as const satisfies Record<string, KindRef>;

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface OwnedMeta {
  readonly creationTimestamp?: string;
  readonly generation?: number;
  readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string }[];
}

export interface Pod extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface Service extends KubeObject {
  readonly spec?: { readonly type?: string; readonly selector?: Readonly<Record<string, string>> };
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

/** Deployment, StatefulSet, ReplicaSet or DaemonSet; each fills in its own counters. */
export interface Workload extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly spec?: WorkloadSpec;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly updateRevision?: string;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface Job extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly spec?: { readonly completions?: number } & WorkloadSpec;
  readonly status?: {
    readonly succeeded?: number;
    readonly failed?: number;
    readonly active?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface KubeNode extends KubeObject {
  readonly spec?: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly nodeInfo?: { readonly bootID?: string } };
}

export interface NamespaceObject extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface KubeEvent extends KubeObject {
  /** Some senders leave it out. */
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string; readonly uid?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

export interface Claim extends KubeObject {
  readonly spec?: { readonly storageClassName?: string; readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

export interface StorageClass extends KubeObject {
  readonly volumeBindingMode?: string;
}

export interface EndpointSlice extends KubeObject {
  readonly endpoints?:
    | readonly {
        readonly conditions?: { readonly ready?: boolean };
        readonly nodeName?: string;
        readonly targetRef?: { readonly uid?: string; readonly name?: string };
      }[]
    | null;
}

export interface Endpoints extends KubeObject {
  readonly subsets?:
    | readonly { readonly addresses?: readonly { readonly nodeName?: string }[]; readonly notReadyAddresses?: readonly unknown[] }[]
    | null;
}

export interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** A disk that NDM has found. */
export interface BlockDevice extends KubeObject {
  readonly spec?: { readonly nodeAttributes?: { readonly nodeName?: string } };
  readonly status?: { readonly state?: string; readonly claimState?: string };
}

export interface PoolCluster extends KubeObject {
  readonly spec?: { readonly pools?: readonly unknown[] };
  readonly status?: { readonly desiredInstances?: number };
}

export interface PoolInstance extends KubeObject {
  readonly spec?: { readonly hostName?: string };
  readonly status?: { readonly phase?: string; readonly readOnly?: boolean; readonly conditions?: readonly Condition[] };
}

export const conditionOf = (
  object: { readonly status?: { readonly conditions?: readonly Condition[] } } | undefined,
  type: string,
): Condition | undefined => object?.status?.conditions?.find((condition) => condition.type === type);
