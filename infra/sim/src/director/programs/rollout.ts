import { numberAt } from "../json.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";

const LOOK_MS = 2000;
const LIMIT_MS = 600_000;

const status = (object: KubeObject, field: string): number => numberAt(object, "status", field) ?? 0;

/** Whether every pod is of the newest template and available. */
export const isRolledOut = (object: KubeObject): boolean => {
  if (status(object, "observedGeneration") < (object.metadata.generation ?? 0)) return false;
  if (object.kind === "DaemonSet") {
    const desired = status(object, "desiredNumberScheduled");
    return desired > 0 && status(object, "updatedNumberScheduled") === desired && status(object, "numberAvailable") === desired;
  }
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  return ["replicas", "updatedReplicas", "availableReplicas"].every((field) => status(object, field) === wanted);
};

/** Waits until nothing is pending any more; throws with what still is at the limit, ten simulated minutes unless another is given. */
export const settled = async (
  { time, signal }: ProgramContext,
  pending: () => readonly string[],
  limitMs: number = LIMIT_MS,
): Promise<void> => {
  for (let waitedMs = 0; !signal.aborted; waitedMs += LOOK_MS) {
    const names = pending();
    if (names.length === 0) return;
    if (waitedMs >= limitMs) throw new Error(`not ready within ${limitMs / 60_000} minutes: ${names.join(", ")}`);
    await time.delay(LOOK_MS, signal);
  }
};
