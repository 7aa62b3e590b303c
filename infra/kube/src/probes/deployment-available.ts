import { KINDS, type Workload } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import { workloadProbe, type WorkloadRef } from "./workload.ts";

const lack = (deployment: Workload): string | undefined => {
  const wanted = deployment.spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = deployment.status ?? {};
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} replicas are of its newest form`;
  if (replicas > updatedReplicas) return `${replicas - updatedReplicas} replicas of its old form are left`;
  return availableReplicas < wanted ? `${availableReplicas} of ${wanted} replicas are available` : undefined;
};

/** All replicas of the newest form are available and none of an old one is left. */
export const deploymentAvailable = (ref: WorkloadRef, options?: TerminalOptions): KubeProbe<Workload> =>
  workloadProbe(ref, { kind: KINDS.deployment, adjective: "available", lack }, options);
