import type { Manifest } from "../../src/index.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface PodWish {
  readonly image?: string;
  readonly args?: readonly string[];
  /** More of the container. */
  readonly container?: Fields;
  /** More of the pod's spec. */
  readonly spec?: Fields;
}

/** Makes manifests of one namespace, whose pods run the guest unless told otherwise. */
export const manifestsOf = (namespace: string, guest: string) => {
  const meta = (name: string, more: Fields = {}) => ({ name, namespace, ...more });
  const podSpec = ({ image = guest, args = ["serve"], container = {}, spec = {} }: PodWish): Fields => ({
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image, args, imagePullPolicy: "IfNotPresent", ...container }],
    ...spec,
  });
  const template = (app: string, wish: PodWish): Fields => ({ metadata: { labels: { app } }, spec: podSpec(wish) });
  const workload = (kind: string, name: string, spec: Fields): Manifest => ({
    apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
    kind,
    metadata: meta(name),
    spec,
  });
  const selected = (name: string): Fields => ({ selector: { matchLabels: { app: name } } });
  return {
    pod: (name: string, wish: PodWish = {}): Manifest => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: meta(name, { labels: { app: name } }),
      spec: podSpec(wish),
    }),
    deployment: (name: string, wish: PodWish & { readonly replicas?: number } = {}): Manifest =>
      workload("Deployment", name, { replicas: wish.replicas ?? 1, ...selected(name), template: template(name, wish) }),
    statefulSet: (name: string, wish: PodWish = {}): Manifest =>
      workload("StatefulSet", name, { replicas: 2, serviceName: name, ...selected(name), template: template(name, wish) }),
    daemonSet: (name: string, wish: PodWish = {}): Manifest =>
      workload("DaemonSet", name, { ...selected(name), template: template(name, wish) }),
    job: (name: string, wish: PodWish = {}, spec: Fields = {}): Manifest =>
      workload("Job", name, {
        backoffLimit: 0,
        ...spec,
        template: template(name, { ...wish, spec: { restartPolicy: "Never", ...wish.spec } }),
      }),
    service: (name: string, app: string): Manifest => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: meta(name),
      spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
    }),
    claim: (name: string, spec: Fields = {}): Manifest => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: meta(name),
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } }, ...spec },
    }),
    /** A volume of 1 MiB that is there for a claim that names it; its own name is unique in the cluster. */
    volume: (name: string): Manifest => ({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `${namespace}-${name}` },
      spec: {
        capacity: { storage: "1Mi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "",
        hostPath: { path: "/tmp" },
      },
    }),
    quota: (name: string): Manifest => ({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: meta(name),
      spec: { hard: { pods: "0" } },
    }),
    configMap: (name: string, metadata: Fields = {}): Manifest => ({ apiVersion: "v1", kind: "ConfigMap", metadata: meta(name, metadata) }),
  };
};

export type Manifests = ReturnType<typeof manifestsOf>;
