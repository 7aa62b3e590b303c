import { createHash } from "node:crypto";
import type { Machine } from "../../datacenter/machine.ts";
import type { ClusterView } from "../controllers/cluster-view.ts";
import type { PodSpec } from "../workload-objects.ts";

const REGISTRY = "registry.k8s.io";
const MB = 1_000_000;

interface SystemImage {
  readonly image: string;
  readonly sizeBytes: number;
}

const systemImage = (name: string, megabytes: number): SystemImage => ({ image: `${REGISTRY}/${name}`, sizeBytes: megabytes * MB });

const PROXY = systemImage("kube-proxy:v1.34.4", 26);
const DNS = systemImage("coredns/coredns:v1.12.1", 22);
const STATIC: readonly (SystemImage & { readonly name: string })[] = [
  { name: "etcd", ...systemImage("etcd:3.6.5-0", 65) },
  { name: "kube-apiserver", ...systemImage("kube-apiserver:v1.34.4", 27) },
  { name: "kube-controller-manager", ...systemImage("kube-controller-manager:v1.34.4", 23) },
  { name: "kube-scheduler", ...systemImage("kube-scheduler:v1.34.4", 17) },
];

const EVERYWHERE = [{ operator: "Exists" }] as const;

const systemPod = (name: string, { image }: SystemImage): PodSpec => ({
  containers: [{ name, image, imagePullPolicy: "IfNotPresent" }],
  hostNetwork: true,
  priorityClassName: "system-node-critical",
  tolerations: EVERYWHERE,
});

/** Images that the template of every VM brings along. */
const preload = (machine: Machine): void => {
  for (const { image, sizeBytes } of [PROXY, DNS, ...STATIC]) {
    const digest = `sha256:${createHash("sha256").update(image).digest("hex")}`;
    machine.disk.images.set(image, { digest, sizeBytes });
  }
};

const seedStaticPods = (view: ClusterView, control: Machine): void => {
  const node = control.spec.node;
  for (const part of STATIC) {
    const labels = { component: part.name, tier: "control-plane" };
    const annotations = { "kubernetes.io/config.source": "file" };
    const metadata = { name: `${part.name}-${node}`, namespace: "kube-system", labels, annotations };
    view.create("Pod", { metadata, spec: { ...systemPod(part.name, part), nodeName: node } });
  }
};

const seedProxy = (view: ClusterView): void => {
  const labels = { "k8s-app": "kube-proxy" };
  view.create("DaemonSet", {
    metadata: { name: "kube-proxy", namespace: "kube-system", labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: systemPod("kube-proxy", PROXY) } },
  });
};

const seedDns = (view: ClusterView): void => {
  const labels = { "k8s-app": "kube-dns" };
  const spec: PodSpec = {
    containers: [
      { name: "coredns", image: DNS.image, imagePullPolicy: "IfNotPresent", ports: [{ name: "dns", containerPort: 53, protocol: "UDP" }] },
    ],
    priorityClassName: "system-cluster-critical",
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
    ],
  };
  view.create("Deployment", {
    metadata: { name: "coredns", namespace: "kube-system", labels },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  view.create("Service", {
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { ...labels, "kubernetes.io/cluster-service": "true" } },
    spec: { clusterIP: "10.96.0.10", selector: labels, ports: [{ name: "dns", port: 53, targetPort: "dns", protocol: "UDP" }] },
  });
};

const seedApiService = (view: ClusterView): void => {
  const labels = { component: "apiserver", provider: "kubernetes" };
  view.create("Service", {
    metadata: { name: "kubernetes", namespace: "default", labels },
    spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
  });
};

const seedStorageClass = (view: ClusterView): void => {
  view.create("StorageClass", {
    metadata: { name: "openebs-hostpath", annotations: { "openebs.io/cas-type": "local" } },
    provisioner: "openebs.io/local",
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
  });
};

/** Lays down what kubeadm and the VM templates leave behind: system pods and services, one storage class, images on every disk. */
export const seedBareCluster = (view: ClusterView, machines: readonly Machine[]): void => {
  const control = machines.find((machine) => machine.spec.plane === "control");
  if (view.list("StorageClass").length > 0 || view.list("Node").length > 0) return;
  for (const machine of machines) preload(machine);
  if (control !== undefined) seedStaticPods(view, control);
  seedProxy(view);
  seedDns(view);
  seedApiService(view);
  seedStorageClass(view);
};
