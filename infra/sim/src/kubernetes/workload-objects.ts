import type { KubeObject } from "./kube-object.ts";

export type Labels = Readonly<Record<string, string>>;

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly SelectorRequirement[];
}

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
  readonly lastHeartbeatTime?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: "Exists" | "Equal";
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

interface KeyRef {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: KeyRef;
    readonly secretKeyRef?: KeyRef;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

export interface EnvSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
}

export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: number | string };
  readonly tcpSocket?: { readonly port: number | string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvSource[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly configMap?: { readonly name: string; readonly optional?: boolean };
  readonly secret?: { readonly secretName: string; readonly optional?: boolean };
  readonly emptyDir?: unknown;
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly SelectorRequirement[];
  readonly matchFields?: readonly SelectorRequirement[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly nodeName?: string;
  readonly nodeSelector?: Labels;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] };
    };
  };
  readonly tolerations?: readonly Toleration[];
  readonly restartPolicy?: "Always" | "OnFailure" | "Never";
  readonly terminationGracePeriodSeconds?: number;
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly hostNetwork?: boolean;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly [field: string]: unknown;
}

export interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason: string;
    readonly message?: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly containerID?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

export interface PodStatus {
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly Condition[];
  readonly hostIP?: string;
  readonly podIP?: string;
  readonly startTime?: string;
  readonly qosClass?: string;
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly [field: string]: unknown;
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: PodSpec;
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly [field: string]: unknown;
}

export interface WorkloadStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly updatedReplicas?: number;
  readonly conditions?: readonly Condition[];
  readonly [field: string]: unknown;
}

interface RollingUpdate {
  readonly maxSurge?: number | string;
  readonly maxUnavailable?: number | string;
  readonly partition?: number;
}

export interface Deployment extends KubeObject {
  readonly spec: WorkloadSpec & {
    readonly paused?: boolean;
    readonly progressDeadlineSeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly strategy?: { readonly type: string; readonly rollingUpdate?: RollingUpdate };
  };
  readonly status?: WorkloadStatus;
}

export interface ReplicaSet extends KubeObject {
  readonly spec: WorkloadSpec;
  readonly status?: WorkloadStatus;
}

export interface StatefulSet extends KubeObject {
  readonly spec: WorkloadSpec & {
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: { readonly type: string; readonly rollingUpdate?: RollingUpdate };
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string; readonly labels?: Labels };
      readonly spec: object;
    }[];
  };
  readonly status?: WorkloadStatus;
}

export interface DaemonSet extends KubeObject {
  readonly spec: WorkloadSpec & { readonly updateStrategy?: { readonly type: string; readonly rollingUpdate?: RollingUpdate } };
  readonly status?: WorkloadStatus;
}

export interface Job extends KubeObject {
  readonly spec: WorkloadSpec & {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly backoffLimit?: number;
    readonly suspend?: boolean;
    readonly ttlSecondsAfterFinished?: number;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly [field: string]: unknown;
  };
}

export interface Node extends KubeObject {
  readonly spec?: { readonly taints?: readonly Taint[]; readonly unschedulable?: boolean; readonly podCIDR?: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly allocatable?: Labels;
    readonly capacity?: Labels;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly nodeInfo?: { readonly bootID: string; readonly [field: string]: string };
    readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[];
    readonly [field: string]: unknown;
  };
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly selector?: Labels;
    readonly publishNotReadyAddresses?: boolean;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: number | string;
      readonly protocol?: string;
    }[];
    readonly [field: string]: unknown;
  };
}

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: { readonly kind: string; readonly name: string; readonly namespace: string; readonly uid: string };
}

export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
}

export interface Endpoints extends KubeObject {
  readonly subsets?: readonly EndpointSubset[];
}

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: Labels };
    readonly [field: string]: unknown;
  };
  readonly status?: { readonly phase?: string; readonly [field: string]: unknown };
}

export interface PersistentVolume extends KubeObject {
  readonly spec: {
    readonly capacity?: Labels;
    readonly storageClassName?: string;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly accessModes?: readonly string[];
    /** Without a uid while it is only kept for a claim. */
    readonly claimRef?: { readonly namespace: string; readonly name: string; readonly uid?: string };
    readonly nodeAffinity?: { readonly required: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } };
    readonly [field: string]: unknown;
  };
  readonly status?: { readonly phase?: string };
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
}

export interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface Lease extends KubeObject {
  readonly spec: { readonly holderIdentity?: string; readonly leaseDurationSeconds?: number; readonly renewTime?: string };
}

export interface EventObject extends KubeObject {
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly namespace?: string; readonly uid: string };
  readonly reason: string;
  readonly message: string;
  readonly type: "Normal" | "Warning";
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string; readonly host?: string };
}

export interface ConfigMap extends KubeObject {
  readonly data?: Labels;
}

export interface DisruptionBudget extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly unhealthyPodEvictionPolicy?: string;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
    /** When pods were let go that are still there. */
    readonly disruptedPods?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
  };
}

export interface NetworkPolicy extends KubeObject {
  readonly spec: { readonly podSelector: LabelSelector; readonly policyTypes: readonly ("Ingress" | "Egress")[] };
}

/** Kinds that controllers and kubelets touch, with the shape they read. */
export interface KindMap {
  readonly Namespace: Namespace;
  readonly Node: Node;
  readonly Pod: Pod;
  readonly Service: Service;
  readonly Endpoints: Endpoints;
  readonly ConfigMap: ConfigMap;
  readonly Secret: ConfigMap;
  readonly ServiceAccount: KubeObject;
  readonly Event: EventObject;
  readonly PersistentVolume: PersistentVolume;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
  readonly StorageClass: StorageClass;
  readonly Deployment: Deployment;
  readonly ReplicaSet: ReplicaSet;
  readonly StatefulSet: StatefulSet;
  readonly DaemonSet: DaemonSet;
  readonly Job: Job;
  readonly Lease: Lease;
  readonly ClusterRole: KubeObject;
  readonly PodDisruptionBudget: DisruptionBudget;
}

export type Kind = keyof KindMap;
