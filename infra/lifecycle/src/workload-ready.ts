import type { KubeClient } from "@kubera-e2e/kube";
import type { Clock } from "@kubera-e2e/schema/clock";

export interface WorkloadRef {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  readonly namespace: string;
  readonly name: string;
}

export interface WorkloadWait {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onProgress?: (because: string) => void;
}

/** What it needs is installed beside it, and may start later. */
const CRASH_LOOP_RESTARTS = 5;

/** Waits until a workload serves. Errors: `WAIT_DEADLINE`, `WAIT_TERMINAL` with its explanation. */
export const workloadReady = async (client: KubeClient, ref: WorkloadRef, wait: WorkloadWait): Promise<void> => {
  const { probes, waitForKube } = await import("@kubera-e2e/kube");
  await waitForKube({ client, ...probes.workloadReady(ref, { crashLoopRestarts: CRASH_LOOP_RESTARTS }), ...wait });
};
