/**
 * The fields of built-in objects, as far as the simulator knows them. Types: `s` text, `i` whole number, `b` boolean,
 * `q` text or number (quantities, ports by name), `t` and `u` times of seconds and microseconds, `y` bytes as base64, `m` texts
 * by name, `*` anything, `[t]` list, `{t}` by name, or a shape. Behind `=` stands the field's number in protobuf; `2.10` is
 * number 10 inside of number 2, where Go inlines a struct.
 */
export const SHAPES: Readonly<Record<string, string>> = {
  ObjectMeta:
    "name:s=1 generateName:s=2 namespace:s=3 labels:m=11 annotations:m=12 finalizers:[s]=14 ownerReferences:[OwnerReference]=13 uid:s=5 resourceVersion:s=6 generation:i=7 creationTimestamp:t=8 deletionTimestamp:t=9 deletionGracePeriodSeconds:i=10 managedFields:*=17 selfLink:s=4",
  OwnerReference: "apiVersion:s=5 kind:s=1 name:s=3 uid:s=4 controller:b=6 blockOwnerDeletion:b=7",
  LabelSelector: "matchLabels:m=1 matchExpressions:[LabelSelectorRequirement]=2",
  LabelSelectorRequirement: "key:s=1 operator:s=2 values:[s]=3",

  PodTemplateSpec: "metadata:ObjectMeta=1 spec:PodSpec=2",
  PodSpec:
    "containers:[Container]=2 initContainers:[Container]=20 ephemeralContainers:[*]=34 volumes:[Volume]=1 restartPolicy:s=3 terminationGracePeriodSeconds:i=4 activeDeadlineSeconds:i=5 dnsPolicy:s=6 dnsConfig:*=26 nodeSelector:m=7 nodeName:s=10 serviceAccountName:s=8 serviceAccount:s=9 automountServiceAccountToken:b=21 hostNetwork:b=11 hostPID:b=12 hostIPC:b=13 hostUsers:b=37 shareProcessNamespace:b=27 securityContext:*=14 imagePullSecrets:[LocalObjectReference]=15 hostname:s=16 subdomain:s=17 hostnameOverride:s=41 setHostnameAsFQDN:b=35 affinity:*=18 schedulerName:s=19 tolerations:[Toleration]=22 hostAliases:[HostAlias]=23 priorityClassName:s=24 priority:i=25 preemptionPolicy:s=31 readinessGates:[*]=28 runtimeClassName:s=29 enableServiceLinks:b=30 overhead:{q}=32 topologySpreadConstraints:[*]=33 os:*=36 schedulingGates:[*]=38 resourceClaims:[*]=39 resources:ResourceRequirements=40",
  Container:
    "name:s=1 image:s=2 command:[s]=3 args:[s]=4 workingDir:s=5 ports:[ContainerPort]=6 envFrom:[EnvFromSource]=19 env:[EnvVar]=7 resources:ResourceRequirements=8 resizePolicy:[*]=23 restartPolicy:s=24 restartPolicyRules:[*]=25 volumeMounts:[VolumeMount]=9 volumeDevices:[VolumeDevice]=21 livenessProbe:Probe=10 readinessProbe:Probe=11 startupProbe:Probe=22 lifecycle:*=12 terminationMessagePath:s=13 terminationMessagePolicy:s=20 imagePullPolicy:s=14 securityContext:*=15 stdin:b=16 stdinOnce:b=17 tty:b=18",
  ContainerPort: "name:s=1 containerPort:i=3 hostPort:i=2 hostIP:s=5 protocol:s=4",
  EnvVar: "name:s=1 value:s=2 valueFrom:EnvVarSource=3",
  EnvVarSource: "fieldRef:*=1 resourceFieldRef:*=2 configMapKeyRef:KeySelector=3 secretKeyRef:KeySelector=4 fileKeyRef:*=5",
  EnvFromSource: "prefix:s=1 configMapRef:OptionalReference=2 secretRef:OptionalReference=3",
  KeySelector: "name:s=1.1 key:s=2 optional:b=3",
  OptionalReference: "name:s=1.1 optional:b=2",
  LocalObjectReference: "name:s=1",
  ResourceRequirements: "limits:{q}=1 requests:{q}=2 claims:[*]=3",
  VolumeMount: "name:s=1 mountPath:s=3 subPath:s=4 subPathExpr:s=6 readOnly:b=2 recursiveReadOnly:s=7 mountPropagation:s=5",
  VolumeDevice: "name:s=1 devicePath:s=2",
  Probe:
    "exec:ExecAction=1.1 httpGet:HttpGetAction=1.2 tcpSocket:TcpSocketAction=1.3 grpc:*=1.4 initialDelaySeconds:i=2 timeoutSeconds:i=3 periodSeconds:i=4 successThreshold:i=5 failureThreshold:i=6 terminationGracePeriodSeconds:i=7",
  Toleration: "key:s=1 operator:s=2 value:s=3 effect:s=4 tolerationSeconds:i=5",
  HostAlias: "ip:s=1 hostnames:[s]=2",
  Volume:
    "name:s=1 hostPath:HostPath=2.1 emptyDir:EmptyDirVolume=2.2 secret:SecretVolume=2.6 nfs:*=2.7 iscsi:*=2.8 persistentVolumeClaim:ClaimVolume=2.10 downwardAPI:*=2.16 configMap:ConfigMapVolume=2.19 projected:*=2.26 csi:*=2.28 ephemeral:*=2.29 image:*=2.30",
  EmptyDirVolume: "medium:s=1 sizeLimit:q=2",
  SecretVolume: "secretName:s=1 items:[KeyToPath]=2 defaultMode:i=3 optional:b=4",
  ConfigMapVolume: "name:s=1.1 items:[KeyToPath]=2 defaultMode:i=3 optional:b=4",
  KeyToPath: "key:s=1 path:s=2 mode:i=3",
  ExecAction: "command:[s]=1",
  HttpGetAction: "path:s=1 port:q=2 host:s=3 scheme:s=4 httpHeaders:[HttpHeader]=5",
  HttpHeader: "name:s=1 value:s=2",
  TcpSocketAction: "port:q=1 host:s=2",
  HostPath: "path:s=1 type:s=2",
  ClaimVolume: "claimName:s=1 readOnly:b=2",

  Pod: "metadata:ObjectMeta=1 spec:PodSpec=2 status:*=3",
  Deployment: "metadata:ObjectMeta=1 spec:DeploymentSpec=2 status:*=3",
  DeploymentSpec:
    "replicas:i=1 selector:LabelSelector=2 template:PodTemplateSpec=3 strategy:Strategy=4 minReadySeconds:i=5 revisionHistoryLimit:i=6 paused:b=7 progressDeadlineSeconds:i=9",
  Strategy: "type:s=1 rollingUpdate:RollingUpdate=2",
  RollingUpdate: "maxUnavailable:q=1 maxSurge:q=2",
  StatefulStrategy: "type:s=1 rollingUpdate:StatefulRollingUpdate=2",
  StatefulRollingUpdate: "partition:i=1 maxUnavailable:q=2",
  ReplicaSet: "metadata:ObjectMeta=1 spec:ReplicaSetSpec=2 status:*=3",
  ReplicaSetSpec: "replicas:i=1 minReadySeconds:i=4 selector:LabelSelector=2 template:PodTemplateSpec=3",
  StatefulSet: "metadata:ObjectMeta=1 spec:StatefulSetSpec=2 status:*=3",
  StatefulSetSpec:
    "replicas:i=1 selector:LabelSelector=2 template:PodTemplateSpec=3 volumeClaimTemplates:[PersistentVolumeClaim]=4 serviceName:s=5 podManagementPolicy:s=6 updateStrategy:StatefulStrategy=7 revisionHistoryLimit:i=8 minReadySeconds:i=9 persistentVolumeClaimRetentionPolicy:*=10 ordinals:*=11",
  DaemonSet: "metadata:ObjectMeta=1 spec:DaemonSetSpec=2 status:*=3",
  DaemonSetSpec:
    "selector:LabelSelector=1 template:PodTemplateSpec=2 updateStrategy:Strategy=3 minReadySeconds:i=4 revisionHistoryLimit:i=6",
  Job: "metadata:ObjectMeta=1 spec:JobSpec=2 status:*=3",
  JobSpec:
    "parallelism:i=1 completions:i=2 activeDeadlineSeconds:i=3 podFailurePolicy:*=11 successPolicy:*=16 backoffLimit:i=7 backoffLimitPerIndex:i=12 maxFailedIndexes:i=13 selector:LabelSelector=4 manualSelector:b=5 template:PodTemplateSpec=6 ttlSecondsAfterFinished:i=8 completionMode:s=9 suspend:b=10 podReplacementPolicy:s=14 managedBy:s=15",
  CronJob: "metadata:ObjectMeta=1 spec:CronJobSpec=2 status:*=3",
  CronJobSpec:
    "schedule:s=1 timeZone:s=8 startingDeadlineSeconds:i=2 concurrencyPolicy:s=3 suspend:b=4 jobTemplate:JobTemplate=5 successfulJobsHistoryLimit:i=6 failedJobsHistoryLimit:i=7",
  JobTemplate: "metadata:ObjectMeta=1 spec:JobSpec=2",

  Namespace: "metadata:ObjectMeta=1 spec:NamespaceSpec=2 status:*=3",
  NamespaceSpec: "finalizers:[s]=1",
  Node: "metadata:ObjectMeta=1 spec:NodeSpec=2 status:*=3",
  NodeSpec: "podCIDR:s=1 podCIDRs:[s]=7 providerID:s=3 unschedulable:b=4 taints:[Taint]=5 configSource:*=6 externalID:s=2",
  Taint: "key:s=1 value:s=2 effect:s=3 timeAdded:t=4",
  Service: "metadata:ObjectMeta=1 spec:ServiceSpec=2 status:*=3",
  ServiceSpec:
    "ports:[ServicePort]=1 selector:m=2 clusterIP:s=3 clusterIPs:[s]=18 type:s=4 externalIPs:[s]=5 sessionAffinity:s=7 loadBalancerIP:s=8 loadBalancerSourceRanges:[s]=9 externalName:s=10 externalTrafficPolicy:s=11 healthCheckNodePort:i=12 publishNotReadyAddresses:b=13 sessionAffinityConfig:*=14 ipFamilies:[s]=19 ipFamilyPolicy:s=17 allocateLoadBalancerNodePorts:b=20 loadBalancerClass:s=21 internalTrafficPolicy:s=22 trafficDistribution:s=23",
  ServicePort: "name:s=1 protocol:s=2 appProtocol:s=6 port:i=3 targetPort:q=4 nodePort:i=5",
  Endpoints: "metadata:ObjectMeta=1 subsets:[*]=2",
  ConfigMap: "metadata:ObjectMeta=1 data:m=2 binaryData:{y}=3 immutable:b=4",
  Secret: "metadata:ObjectMeta=1 data:{y}=2 stringData:m=4 type:s=3 immutable:b=5",
  ServiceAccount: "metadata:ObjectMeta=1 secrets:[*]=2 imagePullSecrets:[LocalObjectReference]=3 automountServiceAccountToken:b=4",
  PersistentVolumeClaim: "apiVersion:s kind:s metadata:ObjectMeta=1 spec:PersistentVolumeClaimSpec=2 status:*=3",
  PersistentVolumeClaimSpec:
    "accessModes:[s]=1 selector:LabelSelector=4 resources:ResourceRequirements=2 volumeName:s=3 storageClassName:s=5 volumeMode:s=6 dataSource:*=7 dataSourceRef:*=8 volumeAttributesClassName:s=9",
  StorageClass:
    "metadata:ObjectMeta=1 provisioner:s=2 parameters:m=3 reclaimPolicy:s=4 mountOptions:[s]=5 allowVolumeExpansion:b=6 volumeBindingMode:s=7 allowedTopologies:[*]=8",
  Event:
    "metadata:ObjectMeta=1 involvedObject:*=2 reason:s=3 message:s=4 source:*=5 firstTimestamp:t=6 lastTimestamp:t=7 count:i=8 type:s=9 eventTime:u=10 series:*=11 action:s=12 related:*=13 reportingComponent:s=14 reportingInstance:s=15",
  PodDisruptionBudget: "metadata:ObjectMeta=1 spec:PodDisruptionBudgetSpec=2 status:*=3",
  PodDisruptionBudgetSpec: "minAvailable:q=1 selector:LabelSelector=2 maxUnavailable:q=3 unhealthyPodEvictionPolicy:s=4",
  NetworkPolicy: "metadata:ObjectMeta=1 spec:NetworkPolicySpec=2",
  NetworkPolicySpec: "podSelector:LabelSelector=1 ingress:[*]=2 egress:[*]=3 policyTypes:[s]=4",
  Role: "metadata:ObjectMeta=1 rules:[PolicyRule]=2",
  ClusterRole: "metadata:ObjectMeta=1 rules:[PolicyRule]=2 aggregationRule:AggregationRule=3",
  AggregationRule: "clusterRoleSelectors:[LabelSelector]=1",
  PolicyRule: "verbs:[s]=1 apiGroups:[s]=2 resources:[s]=3 resourceNames:[s]=4 nonResourceURLs:[s]=5",
  RoleBinding: "metadata:ObjectMeta=1 subjects:[Subject]=2 roleRef:RoleRef=3",
  ClusterRoleBinding: "metadata:ObjectMeta=1 subjects:[Subject]=2 roleRef:RoleRef=3",
  Subject: "kind:s=1 apiGroup:s=2 name:s=3 namespace:s=4",
  RoleRef: "apiGroup:s=1 kind:s=2 name:s=3",
  Lease: "metadata:ObjectMeta=1 spec:LeaseSpec=2",
  LeaseSpec:
    "holderIdentity:s=1 leaseDurationSeconds:i=2 acquireTime:u=3 renewTime:u=4 leaseTransitions:i=5 strategy:s=6 preferredHolder:s=7",

  DeleteOptions: "gracePeriodSeconds:i=1 preconditions:Preconditions=2 orphanDependents:b=3 propagationPolicy:s=4 dryRun:[s]=5",
  Preconditions: "uid:s=1 resourceVersion:s=2",
  TokenRequest: "metadata:ObjectMeta=1 spec:TokenRequestSpec=2 status:*=3",
  TokenRequestSpec: "audiences:[s]=1 expirationSeconds:i=4 boundObjectRef:BoundObjectReference=3",
  BoundObjectReference: "kind:s=1 apiVersion:s=2 name:s=3 uid:s=4",
  SelfSubjectReview: "metadata:ObjectMeta=1 status:*=2",
  SelfSubjectAccessReview: "metadata:ObjectMeta=1 spec:AccessReviewSpec=2 status:*=3",
  SubjectAccessReview: "metadata:ObjectMeta=1 spec:AccessReviewSpec=2 status:*=3",
  LocalSubjectAccessReview: "metadata:ObjectMeta=1 spec:AccessReviewSpec=2 status:*=3",
  AccessReviewSpec: "resourceAttributes:ResourceAttributes=1 nonResourceAttributes:PathAttributes=2 user:s=3 groups:[s]=4 uid:s=6",
  ResourceAttributes: "namespace:s=1 verb:s=2 group:s=3 version:s=4 resource:s=5 subresource:s=6 name:s=7",
  PathAttributes: "path:s=1 verb:s=2",
  SelfSubjectRulesReview: "metadata:ObjectMeta=1 spec:RulesReviewSpec=2 status:*=3",
  RulesReviewSpec: "namespace:s=1",
  Eviction: "metadata:ObjectMeta=1 deleteOptions:DeleteOptions=2",
};
