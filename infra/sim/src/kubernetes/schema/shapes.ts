/**
 * The fields of built-in objects, as far as the simulator knows them. Types: `s` text, `i` whole number, `b` boolean,
 * `q` text or number (quantities, ports by name), `m` texts by name, `*` anything, `[t]` list, `{t}` by name, or a shape.
 */
export const SHAPES: Readonly<Record<string, string>> = {
  ObjectMeta:
    "name:s generateName:s namespace:s labels:m annotations:m finalizers:[s] ownerReferences:[OwnerReference] uid:s resourceVersion:s generation:i creationTimestamp:s deletionTimestamp:s deletionGracePeriodSeconds:i managedFields:* selfLink:s",
  OwnerReference: "apiVersion:s kind:s name:s uid:s controller:b blockOwnerDeletion:b",
  LabelSelector: "matchLabels:m matchExpressions:[LabelSelectorRequirement]",
  LabelSelectorRequirement: "key:s operator:s values:[s]",

  PodTemplateSpec: "metadata:ObjectMeta spec:PodSpec",
  PodSpec:
    "containers:[Container] initContainers:[Container] ephemeralContainers:[*] volumes:[Volume] restartPolicy:s terminationGracePeriodSeconds:i activeDeadlineSeconds:i dnsPolicy:s dnsConfig:* nodeSelector:m nodeName:s serviceAccountName:s serviceAccount:s automountServiceAccountToken:b hostNetwork:b hostPID:b hostIPC:b hostUsers:b shareProcessNamespace:b securityContext:* imagePullSecrets:[LocalObjectReference] hostname:s subdomain:s hostnameOverride:s setHostnameAsFQDN:b affinity:* schedulerName:s tolerations:[Toleration] hostAliases:[HostAlias] priorityClassName:s priority:i preemptionPolicy:s readinessGates:[*] runtimeClassName:s enableServiceLinks:b overhead:{q} topologySpreadConstraints:[*] os:* schedulingGates:[*] resourceClaims:[*] resources:ResourceRequirements",
  Container:
    "name:s image:s command:[s] args:[s] workingDir:s ports:[ContainerPort] envFrom:[EnvFromSource] env:[EnvVar] resources:ResourceRequirements resizePolicy:[*] restartPolicy:s restartPolicyRules:[*] volumeMounts:[VolumeMount] volumeDevices:[VolumeDevice] livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:* terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s securityContext:* stdin:b stdinOnce:b tty:b",
  ContainerPort: "name:s containerPort:i hostPort:i hostIP:s protocol:s",
  EnvVar: "name:s value:s valueFrom:EnvVarSource",
  EnvVarSource: "fieldRef:* resourceFieldRef:* configMapKeyRef:KeySelector secretKeyRef:KeySelector fileKeyRef:*",
  EnvFromSource: "prefix:s configMapRef:OptionalReference secretRef:OptionalReference",
  KeySelector: "name:s key:s optional:b",
  OptionalReference: "name:s optional:b",
  LocalObjectReference: "name:s",
  ResourceRequirements: "limits:{q} requests:{q} claims:[*]",
  VolumeMount: "name:s mountPath:s subPath:s subPathExpr:s readOnly:b recursiveReadOnly:s mountPropagation:s",
  VolumeDevice: "name:s devicePath:s",
  Probe:
    "exec:* httpGet:* tcpSocket:* grpc:* initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i failureThreshold:i terminationGracePeriodSeconds:i",
  Toleration: "key:s operator:s value:s effect:s tolerationSeconds:i",
  HostAlias: "ip:s hostnames:[s]",
  Volume:
    "name:s configMap:* secret:* emptyDir:* hostPath:HostPath persistentVolumeClaim:ClaimVolume projected:* downwardAPI:* nfs:* csi:* ephemeral:* iscsi:* image:*",
  HostPath: "path:s type:s",
  ClaimVolume: "claimName:s readOnly:b",

  Pod: "metadata:ObjectMeta spec:PodSpec status:*",
  Deployment: "metadata:ObjectMeta spec:DeploymentSpec status:*",
  DeploymentSpec:
    "replicas:i selector:LabelSelector template:PodTemplateSpec strategy:Strategy minReadySeconds:i revisionHistoryLimit:i paused:b progressDeadlineSeconds:i",
  Strategy: "type:s rollingUpdate:RollingUpdate",
  RollingUpdate: "maxUnavailable:q maxSurge:q partition:i",
  ReplicaSet: "metadata:ObjectMeta spec:ReplicaSetSpec status:*",
  ReplicaSetSpec: "replicas:i minReadySeconds:i selector:LabelSelector template:PodTemplateSpec",
  StatefulSet: "metadata:ObjectMeta spec:StatefulSetSpec status:*",
  StatefulSetSpec:
    "replicas:i selector:LabelSelector template:PodTemplateSpec volumeClaimTemplates:[PersistentVolumeClaim] serviceName:s podManagementPolicy:s updateStrategy:Strategy revisionHistoryLimit:i minReadySeconds:i persistentVolumeClaimRetentionPolicy:* ordinals:*",
  DaemonSet: "metadata:ObjectMeta spec:DaemonSetSpec status:*",
  DaemonSetSpec: "selector:LabelSelector template:PodTemplateSpec updateStrategy:Strategy minReadySeconds:i revisionHistoryLimit:i",
  Job: "metadata:ObjectMeta spec:JobSpec status:*",
  JobSpec:
    "parallelism:i completions:i activeDeadlineSeconds:i podFailurePolicy:* successPolicy:* backoffLimit:i backoffLimitPerIndex:i maxFailedIndexes:i selector:LabelSelector manualSelector:b template:PodTemplateSpec ttlSecondsAfterFinished:i completionMode:s suspend:b podReplacementPolicy:s managedBy:s",
  CronJob: "metadata:ObjectMeta spec:CronJobSpec status:*",
  CronJobSpec:
    "schedule:s timeZone:s startingDeadlineSeconds:i concurrencyPolicy:s suspend:b jobTemplate:JobTemplate successfulJobsHistoryLimit:i failedJobsHistoryLimit:i",
  JobTemplate: "metadata:ObjectMeta spec:JobSpec",

  Namespace: "metadata:ObjectMeta spec:NamespaceSpec status:*",
  NamespaceSpec: "finalizers:[s]",
  Node: "metadata:ObjectMeta spec:NodeSpec status:*",
  NodeSpec: "podCIDR:s podCIDRs:[s] providerID:s unschedulable:b taints:[Taint] configSource:* externalID:s",
  Taint: "key:s value:s effect:s timeAdded:s",
  Service: "metadata:ObjectMeta spec:ServiceSpec status:*",
  ServiceSpec:
    "ports:[ServicePort] selector:m clusterIP:s clusterIPs:[s] type:s externalIPs:[s] sessionAffinity:s loadBalancerIP:s loadBalancerSourceRanges:[s] externalName:s externalTrafficPolicy:s healthCheckNodePort:i publishNotReadyAddresses:b sessionAffinityConfig:* ipFamilies:[s] ipFamilyPolicy:s allocateLoadBalancerNodePorts:b loadBalancerClass:s internalTrafficPolicy:s trafficDistribution:s",
  ServicePort: "name:s protocol:s appProtocol:s port:i targetPort:q nodePort:i",
  Endpoints: "metadata:ObjectMeta subsets:[*]",
  ConfigMap: "metadata:ObjectMeta data:m binaryData:m immutable:b",
  Secret: "metadata:ObjectMeta data:m stringData:m type:s immutable:b",
  ServiceAccount: "metadata:ObjectMeta secrets:[*] imagePullSecrets:[LocalObjectReference] automountServiceAccountToken:b",
  PersistentVolumeClaim: "apiVersion:s kind:s metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:*",
  PersistentVolumeClaimSpec:
    "accessModes:[s] selector:LabelSelector resources:ResourceRequirements volumeName:s storageClassName:s volumeMode:s dataSource:* dataSourceRef:* volumeAttributesClassName:s",
  StorageClass:
    "metadata:ObjectMeta provisioner:s parameters:m reclaimPolicy:s mountOptions:[s] allowVolumeExpansion:b volumeBindingMode:s allowedTopologies:[*]",
  Event:
    "metadata:ObjectMeta involvedObject:* reason:s message:s source:* firstTimestamp:s lastTimestamp:s count:i type:s eventTime:s series:* action:s related:* reportingComponent:s reportingInstance:s",
  Role: "metadata:ObjectMeta rules:[PolicyRule]",
  ClusterRole: "metadata:ObjectMeta rules:[PolicyRule] aggregationRule:*",
  PolicyRule: "verbs:[s] apiGroups:[s] resources:[s] resourceNames:[s] nonResourceURLs:[s]",
  RoleBinding: "metadata:ObjectMeta subjects:[Subject] roleRef:RoleRef",
  ClusterRoleBinding: "metadata:ObjectMeta subjects:[Subject] roleRef:RoleRef",
  Subject: "kind:s apiGroup:s name:s namespace:s",
  RoleRef: "apiGroup:s kind:s name:s",
  Lease: "metadata:ObjectMeta spec:LeaseSpec",
  LeaseSpec: "holderIdentity:s leaseDurationSeconds:i acquireTime:s renewTime:s leaseTransitions:i strategy:s preferredHolder:s",
};
