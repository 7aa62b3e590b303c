import { never, notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { conditionOf, KINDS, type Job } from "../kinds.ts";
import { nameOf, type KubeProbe, type KubeView } from "../view.ts";
import { blamePods } from "./pods-of.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import { workloadKinds, type WorkloadRef } from "./workload.ts";

const observe = (view: KubeView, job: Job, options: TerminalOptions | undefined): Observation<never> => {
  const { succeeded = 0, active = 0, failed = 0 } = job.status ?? {};
  const counted = `${succeeded} of ${job.spec?.completions ?? 1} completions, ${active} pods active, ${failed} failed`;
  // How often a pod may crash is the job's own business: its backoffLimit.
  const blamed = blamePods(view, job, { counted, options: { ...options, crashLoopRestarts: Infinity } });
  // A pod of a job that runs is not ready and need not be; one that cannot start, or is refused, is told.
  return active === 0 || (!blamed.done && blamed.terminal === true) ? blamed : notYet(counted);
};

/** The job has completed; a failed one never will. */
export const jobComplete = (ref: WorkloadRef, options?: TerminalOptions): KubeProbe<Job> => ({
  what: `Job ${nameOf(ref)} is complete`,
  kinds: workloadKinds(KINDS.job, ref.namespace),
  about: { ...KINDS.job, ...ref },
  probe: (view) => {
    const job = view.get<Job>({ ...KINDS.job, ...ref });
    if (job === undefined) return notYet("there is no such Job");
    if (conditionOf(job, "Complete")?.status === "True") return reached(job);
    const failed = conditionOf(job, "Failed");
    if (failed?.status !== "True") return observe(view, job, options);
    return never(`it failed: ${[failed.reason, failed.message].filter(Boolean).join(": ") || "without a reason"}`);
  },
});
