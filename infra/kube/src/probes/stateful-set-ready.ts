import { KINDS, type Workload } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import { workloadProbe, type WorkloadRef } from "./workload.ts";

const lack = (set: Workload): string | undefined => {
  const wanted = set.spec?.replicas ?? 1;
  // A count of none is left out of a status.
  const { readyReplicas = 0, updatedReplicas = 0 } = set.status ?? {};
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} replicas are of its newest form`;
  return readyReplicas < wanted ? `${readyReplicas} of ${wanted} replicas are ready` : undefined;
};

/** All replicas are of the newest form and ready. */
export const statefulSetReady = (ref: WorkloadRef, options?: TerminalOptions): KubeProbe<Workload> =>
  workloadProbe(ref, { kind: KINDS.statefulSet, adjective: "ready", lack }, options);
