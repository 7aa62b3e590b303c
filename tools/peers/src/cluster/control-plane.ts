import { join } from "node:path";
import type { PeerBinaries } from "./binaries.ts";
import { CONTROL_ADDRESS, NETWORK, PKI_FOLDER, type PeerNode } from "./plan.ts";
import type { Program } from "./processes.ts";

export const CONTROL_PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;

const pki = (name: string): string => join(PKI_FOLDER, name);
const flags = (values: Readonly<Record<string, string>>): string[] => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

const etcd = (binary: string, node: PeerNode): Program => ({
  name: "etcd",
  argv: [
    binary,
    // Nobody outside of the node's network reaches its loopback.
    ...flags({
      name: node.name,
      "data-dir": join(node.disk, "etcd"),
      "listen-client-urls": "http://127.0.0.1:2379",
      "advertise-client-urls": "http://127.0.0.1:2379",
      "listen-peer-urls": "http://127.0.0.1:2380",
      "log-level": "warn",
    }),
  ],
});

const apiserver = (binary: string): Program => ({
  name: "kube-apiserver",
  argv: [
    binary,
    ...flags({
      "advertise-address": CONTROL_ADDRESS,
      "allow-privileged": "true",
      "authorization-mode": "Node,RBAC",
      "client-ca-file": pki("ca.crt"),
      "enable-admission-plugins": "NodeRestriction",
      "endpoint-reconciler-type": "none",
      "etcd-servers": "http://127.0.0.1:2379",
      "kubelet-certificate-authority": pki("ca.crt"),
      "kubelet-client-certificate": pki("apiserver-kubelet.crt"),
      "kubelet-client-key": pki("apiserver-kubelet.key"),
      "kubelet-preferred-address-types": "InternalIP",
      profiling: "false",
      "service-account-issuer": "https://kubernetes.default.svc",
      "service-account-key-file": pki("service-accounts.pub"),
      "service-account-signing-key-file": pki("service-accounts.key"),
      "service-cluster-ip-range": NETWORK.services,
      "tls-cert-file": pki("apiserver.crt"),
      "tls-private-key-file": pki("apiserver.key"),
    }),
  ],
});

const controllerManager = (binary: string): Program => ({
  name: "kube-controller-manager",
  argv: [
    binary,
    ...flags({
      "bind-address": "127.0.0.1",
      kubeconfig: pki("controller-manager.kubeconfig"),
      "leader-elect": "false",
      "node-monitor-grace-period": "6s",
      "node-monitor-period": "1s",
      "root-ca-file": pki("ca.crt"),
      "service-account-private-key-file": pki("service-accounts.key"),
      "use-service-account-credentials": "true",
    }),
  ],
});

const scheduler = (binary: string): Program => ({
  name: "kube-scheduler",
  argv: [binary, ...flags({ "bind-address": "127.0.0.1", kubeconfig: pki("scheduler.kubeconfig"), "leader-elect": "false" })],
});

/** What runs on the node that bears the control plane, in the order of its start; each of them waits for those before it. */
export const controlPlane = (binaries: PeerBinaries, node: PeerNode): readonly Program[] => [
  etcd(binaries.etcd, node),
  apiserver(binaries["kube-apiserver"]),
  controllerManager(binaries["kube-controller-manager"]),
  scheduler(binaries["kube-scheduler"]),
];
