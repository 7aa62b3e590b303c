export type { Check, CheckContext, CheckReport, CheckResult, CheckStatus } from "./check.ts";
export { runChecks, type RunChecksOptions } from "./run-checks.ts";
export type { KubeReader, RegistryReader, VsphereDoor } from "./ports.ts";
export { vsphereLogin } from "./vsphere-login.ts";
export { kubeReachable } from "./kube-reachable.ts";
export { registryReachable } from "./registry-reachable.ts";
export { nodesReady } from "./nodes-ready.ts";
export { nodeDisk } from "./node-disk.ts";
