import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";

/** What every later join is told once the bed has failed; the first one is told the error itself. */
export const blockedBy = (bed: string, error: unknown): KuberaError => {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new KuberaError("BED_BROKEN", {
    what: `the bed ${bed} cannot be used any more in this run`,
    where: `bed ${bed}`,
    because: reason,
    fix: isKuberaError(error) ? error.fix : `Look at restore.json and the evidence of this run, then: e2e bed restore ${bed}.`,
    cause: error,
  });
};
