export type { KindRef, KubeClient, KubeObject, Manifest, ObjectRef, ObservedKind } from "./kube-client.ts";
export { openKube } from "./open-kube.ts";
export { waitForKube, type WaitForKubeOptions } from "./wait-for-kube.ts";
export { probes } from "./probes.ts";
export { KINDS } from "./kinds.ts";
export type { KubeProbe, KubeView } from "./view.ts";
export { kubeRefused, refusedStatus } from "./refusal.ts";
