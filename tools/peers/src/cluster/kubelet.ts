import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cgroupRootOf } from "./cgroups.ts";
import { PKI_FOLDER, type PeerNode } from "./plan.ts";
import type { Program } from "./processes.ts";
import { containerdSocket } from "./containerd.ts";

export const KUBELET_PORT = 10_250;

/** Of kubelet.config.k8s.io/v1beta1. */
const configOf = (node: PeerNode): object => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: join(PKI_FOLDER, "ca.crt") } },
  authorization: { mode: "Webhook" },
  tlsCertFile: join(PKI_FOLDER, `kubelet-${node.name}.crt`),
  tlsPrivateKeyFile: join(PKI_FOLDER, `kubelet-${node.name}.key`),
  address: node.address,
  port: KUBELET_PORT,
  healthzBindAddress: "127.0.0.1",
  containerRuntimeEndpoint: `unix://${containerdSocket(node)}`,
  cgroupDriver: "cgroupfs",
  cgroupRoot: cgroupRootOf(node),
  failCgroupV1: false,
  failSwapOn: false,
  // Without CAP_SYS_RESOURCE nobody may lower it.
  oomScoreAdj: 0,
  makeIPTablesUtilChains: false,
  nodeStatusUpdateFrequency: "2s",
  nodeLeaseDurationSeconds: 10,
  syncFrequency: "5s",
  evictionHard: { "nodefs.available": "10%", "imagefs.available": "10%" },
  evictionPressureTransitionPeriod: "5s",
  // A crash loop is one after two restarts; nobody wants to wait half a minute for them.
  featureGates: { KubeletCrashLoopBackOffMax: true },
  crashLoopBackOff: { maxContainerRestartPeriod: "3s" },
  clusterDomain: "cluster.local",
  podLogsDir: join(node.disk, "pod-logs"),
});

/** The kubelet of a node; it waits for nobody, so the socket of its containerd must be there. */
export const kubelet = (binary: string, node: PeerNode): Program => {
  const config = join(node.run, "kubelet.json");
  mkdirSync(join(node.disk, "kubelet"), { recursive: true });
  writeFileSync(config, JSON.stringify(configOf(node)));
  return {
    name: "kubelet",
    argv: [
      binary,
      `--config=${config}`,
      `--kubeconfig=${join(PKI_FOLDER, `kubelet-${node.name}.kubeconfig`)}`,
      `--root-dir=${join(node.disk, "kubelet")}`,
      `--cert-dir=${join(node.run, "kubelet-pki")}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--boot-id-file=${join(node.run, "boot-id")}`,
      "--v=1",
    ],
  };
};
