import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { never, notYet, reached, waitUntil, type Observation, type WaitOptions } from "@kubera-e2e/schema/wait-until";
import type { Cluster, Job, PoolOperation } from "./contract.ts";
import { refusedStatus } from "./director-door.ts";
import type { GroupClient } from "./group-client.ts";

type Pace = Pick<WaitOptions<unknown>, "deadlineMs" | "intervalMs" | "signal" | "clock" | "onProgress">;

/** From the bed's intervals: `clusterActive`, `openebsReady`. */
export interface DirectorWait extends Pace {
  readonly group: Pick<GroupClient, "cluster" | "openebsJob">;
}

/** A Director that is away for a moment may come back; everything else it says is meant. */
const isAway = (error: unknown): boolean => {
  const status = refusedStatus(error);
  if (status !== undefined) return status === 502 || status === 503 || status === 504;
  return isKuberaError(error) && ["CONNECTION_REFUSED", "CONNECTION_LOST", "TIMED_OUT"].includes(error.code);
};

const unlessAway = async <T>(look: () => Promise<Observation<T>>): Promise<Observation<T>> => {
  try {
    return await look();
  } catch (error) {
    if (isAway(error) && isKuberaError(error)) return notYet(`Director does not answer: ${error.what}`);
    throw error;
  }
};

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** States that a cluster does not leave by itself. */
const LOST_CLUSTER = new Set(["removed", "removing", "error", "purged"]);

/**
 * Waits until a cluster is in a state: `inactive` once its registration command is there, `active` once its agents reported, `offline`.
 * Errors: `WAIT_DEADLINE`; `WAIT_TERMINAL` at once when it was removed or failed.
 */
export const clusterReaches = ({ group, ...wait }: DirectorWait, clusterId: string, state: string): Promise<Cluster> =>
  waitUntil<Cluster>({
    ...wait,
    what: `cluster ${clusterId} is ${state}`,
    probe: (signal) =>
      unlessAway(async () => {
        const cluster = await group.cluster(clusterId, { signal });
        if (same(cluster.state, state)) return reached(cluster);
        return LOST_CLUSTER.has(cluster.state.toLowerCase()) ? never(`it is ${cluster.state}`) : notYet(`it is ${cluster.state}`);
      }),
    fix: "Look at the pods of namespace maya-system on that cluster, and whether they reach Director's URL.",
  });

export interface PoolWait extends Pace {
  readonly pools: Pick<GroupClient["pools"], "operation">;
}

const toldOf = (message: string | null | undefined): string => (message ? `: ${message}` : "");

/** What Director says of work that ends as `success`; its states are told apart without their case. */
const judged = <T extends { readonly state?: string | undefined; readonly message?: string | null | undefined }>(
  work: T,
): Observation<T> => {
  const { state = "", message } = work;
  const told = toldOf(message);
  if (same(state, "success")) return reached(work);
  return /^(fail|error|cancel|abort)/i.test(state) ? never(`it is ${state}${told}`) : notYet(`it is ${state || "without a state"}${told}`);
};

/** Waits until a pool operation has succeeded. Errors: `WAIT_DEADLINE`; `WAIT_TERMINAL` at once when it failed, with its message. */
export const poolOperationDone = ({ pools, ...wait }: PoolWait, operationId: string): Promise<PoolOperation> =>
  waitUntil<PoolOperation>({
    ...wait,
    what: `pool operation ${operationId} has succeeded`,
    probe: (signal) => unlessAway(async () => judged(await pools.operation(operationId, { signal }))),
    fix: "Look at the pods of cspc-operator and of the pools in namespace openebs on that cluster, and at its BlockDevices.",
  });

export interface UpgradeWait extends Pace {
  readonly upgrades: Pick<GroupClient["upgrades"], "jobs">;
}

/** One failed job decides; else the first that is not done yet is told. */
const allJudged = (jobs: readonly Job[]): Observation<readonly Job[]> => {
  if (jobs.length === 0) return notYet("it has no job");
  const open = jobs.map(judged).filter((verdict) => !verdict.done);
  return open.find(({ terminal }) => terminal === true) ?? open[0] ?? reached(jobs);
};

/** Waits until every job of an upgrade claim has succeeded. Errors: `WAIT_DEADLINE`; `WAIT_TERMINAL` at once when one failed. */
export const upgradeDone = ({ upgrades, ...wait }: UpgradeWait, claimId: string): Promise<readonly Job[]> =>
  waitUntil<readonly Job[]>({
    ...wait,
    what: `every job of upgrade claim ${claimId} has succeeded`,
    probe: (signal) => unlessAway(async () => allJudged(await upgrades.jobs(claimId, { signal }))),
    fix: "Look at upgrade-controller in namespace maya-system, and at the Jobs and pods of namespace openebs on that cluster.",
  });

/** Waits until a job has succeeded. Errors: `WAIT_DEADLINE`; `WAIT_TERMINAL` at once when it failed, with its message. */
export const openebsJobDone = ({ group, ...wait }: DirectorWait, jobId: string): Promise<Job> =>
  waitUntil<Job>({
    ...wait,
    what: `OpenEBS job ${jobId} has succeeded`,
    probe: (signal) => unlessAway(async () => judged(await group.openebsJob(jobId, { signal }))),
    fix: "Look at the pods of namespaces maya-system and openebs on that cluster.",
  });
