const NAMESPACE = "default";

/** Where pods of the bench live. */
export const PODS_PATH = `/api/v1/namespaces/${NAMESPACE}/pods`;

const container = (name: string): object => ({
  name,
  image: "registry.example/mayadata/maya-io-server:1.12.0",
  args: ["serve", "--port=8080", "--log-level=info"],
  env: Array.from({ length: 6 }, (_, index) => ({ name: `SETTING_${index}`, value: `value of setting ${index}` })),
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  readinessProbe: { httpGet: { path: "/ping", port: 8080 }, periodSeconds: 10 },
  volumeMounts: [{ name: "data", mountPath: "/data" }],
});

/** A pod as large as those of a real release: two containers, settings, probes, a volume. */
export const podOf = (name: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: NAMESPACE, labels: { app: "bench", "pod-template-hash": "7d9c5b" } },
  spec: { containers: [container("main"), container("side")], volumes: [{ name: "data", emptyDir: {} }] },
});

const statusOf = (name: string, isReady: boolean): object => ({
  name,
  ready: isReady,
  restartCount: 0,
  image: "registry.example/mayadata/maya-io-server:1.12.0",
  imageID: "",
  state: isReady ? { running: { startedAt: "2026-01-01T00:00:00Z" } } : { waiting: { reason: "ContainerCreating" } },
});

/** What a kubelet would tell of it. */
export const podStatus = (isReady: boolean, message = ""): object => ({
  status: {
    phase: isReady ? "Running" : "Pending",
    message,
    conditions: [{ type: "Ready", status: isReady ? "True" : "False", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    containerStatuses: [statusOf("main", isReady), statusOf("side", isReady)],
  },
});

export const statusPath = (name: string): string => `${PODS_PATH}/${name}/status`;
