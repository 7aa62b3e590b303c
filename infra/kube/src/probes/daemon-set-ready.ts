import { KINDS, type Workload } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import { workloadProbe, type WorkloadRef } from "./workload.ts";

const lack = (set: Workload): string | undefined => {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberReady = 0 } = set.status ?? {};
  if (wanted === 0) return "no node is wanted for it";
  if (updatedNumberScheduled < wanted) return `${updatedNumberScheduled} of ${wanted} nodes run its newest form`;
  return numberReady < wanted ? `${numberReady} of ${wanted} nodes run it ready` : undefined;
};

/** At least one node is wanted, and every wanted node runs the newest form, ready. */
export const daemonSetReady = (ref: WorkloadRef, options?: TerminalOptions): KubeProbe<Workload> =>
  workloadProbe(ref, { kind: KINDS.daemonSet, adjective: "ready", lack }, options);
