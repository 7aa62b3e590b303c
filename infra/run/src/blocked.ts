import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";

/** What is told of the set of one state, and leaves no bed behind that could not be restored to another. */
const OF_ONE_STATE = new Set(["SET_MISSING", "SET_WITH_MEMORY"]);

/** Whether a bed only lacks the state that was asked for: it serves those who want another. */
export const lacksState = (error: unknown): boolean => isKuberaError(error) && OF_ONE_STATE.has(error.code);

/** What every later join is told once the bed has failed, or has not come to the state that is named; the first one is told the error itself. */
export const blockedBy = (bed: string, error: unknown, state?: string): KuberaError => {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new KuberaError("BED_BROKEN", {
    what: `the bed ${bed} cannot be ${state === undefined ? "used any more" : `brought to ${state}`} in this run`,
    where: `bed ${bed}`,
    because: reason,
    fix: isKuberaError(error) ? error.fix : `Look at restore.json and the evidence of this run, then: e2e bed restore ${bed}.`,
    cause: error,
  });
};
