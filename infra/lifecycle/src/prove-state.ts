import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { serverCluster, type BedContext } from "./bed-context.ts";
import { directorIsUp } from "./director-ready.ts";
import { reasonOf } from "./reason-of.ts";

const LOOK_LIMIT_MS = 15_000;

/** What keeps the bed from being in the state; undefined when nothing does. Throws when nobody answers. */
const contradiction = async (context: BedContext, state: string, signal: AbortSignal): Promise<string | undefined> => {
  if (state !== "bare") {
    const seen = await directorIsUp(context, { state, restartedAfterMs: 0, signal });
    return seen.done ? undefined : seen.because;
  }
  const { namespace } = context.bed.director;
  const kube = await context.kube(serverCluster(context.bed).name);
  const found = await kube.list({ apiVersion: "apps/v1", kind: "Deployment" }, { namespace, signal });
  return found.length === 0 ? undefined : `namespace ${namespace} has ${found.length} Deployments, and a bare cluster has none`;
};

/**
 * Looks whether a bed is in the state that a set of it will be called by; a set of another name would fail every run that restores it.
 * Answers why that could not be found out, as when its VMs are off.
 *
 * Error: `SET_REFUSED` when the cluster that hosts Director says otherwise.
 */
export const proveState = async (context: BedContext, state: string, outer: AbortSignal): Promise<string | undefined> => {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(LOOK_LIMIT_MS)]);
  let because: string | undefined;
  try {
    because = await contradiction(context, state, signal);
  } catch (error) {
    outer.throwIfAborted();
    return `whether the bed is in the state ${state} is not known: ${reasonOf(error)}`;
  }
  if (because === undefined) return undefined;
  throw new KuberaError("SET_REFUSED", {
    what: `the bed ${context.bed.name} is not in the state ${state}`,
    where: `cluster ${serverCluster(context.bed).name}`,
    because: `${because}; every run that restores a set of the wrong name fails`,
    fix: "Bring the bed into that state first, or take the set by the name of the state it is in: --state bare, director, openebs or openebs-base.",
  });
};
