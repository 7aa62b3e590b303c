import { never, notYet, reached } from "@kubera-e2e/schema/wait-until";
import { conditionOf, KINDS, type Job } from "../kinds.ts";
import { nameOf, type KubeProbe } from "../view.ts";
import type { WorkloadRef } from "./workload.ts";

/** The job has completed; a failed one never will. */
export const jobComplete = (ref: WorkloadRef): KubeProbe<Job> => ({
  what: `Job ${nameOf(ref)} is complete`,
  kinds: [{ ...KINDS.job, namespace: ref.namespace }],
  about: { ...KINDS.job, ...ref },
  probe: (view) => {
    const job = view.get<Job>({ ...KINDS.job, ...ref });
    if (job === undefined) return notYet("there is no such Job");
    if (conditionOf(job, "Complete")?.status === "True") return reached(job);
    const failed = conditionOf(job, "Failed");
    if (failed?.status === "True")
      return never(`it failed: ${[failed.reason, failed.message].filter(Boolean).join(": ") || "without a reason"}`);
    const { succeeded = 0, active = 0, failed: lost = 0 } = job.status ?? {};
    return notYet(`${succeeded} of ${job.spec?.completions ?? 1} completions, ${active} pods active, ${lost} failed`);
  },
});
