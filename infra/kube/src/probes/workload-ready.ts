import type { Workload } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";
import { daemonSetReady } from "./daemon-set-ready.ts";
import { deploymentAvailable } from "./deployment-available.ts";
import { statefulSetReady } from "./stateful-set-ready.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import type { WorkloadRef } from "./workload.ts";

export interface AnyWorkloadRef extends WorkloadRef {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
}

const PROBES = { Deployment: deploymentAvailable, StatefulSet: statefulSetReady, DaemonSet: daemonSetReady };

/** A workload of any kind is there in its newest form, with all its pods ready. */
export const workloadReady = ({ kind, namespace, name }: AnyWorkloadRef, options?: TerminalOptions): KubeProbe<Workload> =>
  PROBES[kind]({ namespace, name }, options);
