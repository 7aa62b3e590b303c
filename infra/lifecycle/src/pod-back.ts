import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";

export interface PodLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastTransitionTime?: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: { readonly running?: { readonly startedAt?: string }; readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

const readyOf = ({ status }: PodLook) => status?.conditions?.find(({ type }) => type === "Ready");

const isToldReady = (pod: PodLook): boolean => readyOf(pod)?.status === "True";

/** Times of the API are whole seconds. */
const isSince = (time: string | undefined, ms: number): boolean => time !== undefined && Date.parse(time) + 1000 >= ms;

/** Why a pod does not serve since a moment; undefined when it does, or need not because it has done its work. */
export const lackOf = (pod: PodLook, restartedAfterMs: number): string | undefined => {
  const { phase, containerStatuses = [] } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  const waiting = containerStatuses.find(({ state }) => state?.waiting !== undefined);
  if (waiting !== undefined) return `${waiting.name} is waiting: ${waiting.state?.waiting?.reason ?? "no reason"}`;
  if (!isToldReady(pod)) return `it is ${phase ?? "unknown"} and not Ready`;
  // Right after a restore the API still tells of the containers that ran when the set was taken.
  const old = containerStatuses.find(({ state }) => state?.running !== undefined && !isSince(state.running.startedAt, restartedAfterMs));
  return old === undefined ? undefined : `${old.name} is told as running since before the restore`;
};

const TOLD_LIMIT = 5;

/** Looks at the pods of a cluster that was restored: those that were ready when its set was taken must serve again. */
export class PodsBack {
  readonly #restartedAfterMs: number;
  readonly #awaited = new Set<string>();

  constructor(restartedAfterMs: number) {
    this.#restartedAfterMs = restartedAfterMs;
  }

  /** How many serve again, once all do. A pod that was not ready then is not awaited, nor one that its owner has replaced. */
  look(pods: readonly PodLook[]): Observation<number> {
    for (const pod of pods) if (this.#wasReady(pod)) this.#awaited.add(pod.metadata.uid ?? "");
    const awaited = pods.filter(({ metadata }) => this.#awaited.has(metadata.uid ?? "") && metadata.deletionTimestamp === undefined);
    const lacks = awaited.flatMap((pod) => {
      const lack = lackOf(pod, this.#restartedAfterMs);
      return lack === undefined ? [] : [`pod ${pod.metadata.namespace ?? ""}/${pod.metadata.name}: ${lack}`];
    });
    if (lacks.length === 0) return reached(awaited.length);
    const more = lacks.length > TOLD_LIMIT ? `; … and ${lacks.length - TOLD_LIMIT} more` : "";
    return notYet(`${lacks.length} of ${awaited.length} are not: ${lacks.slice(0, TOLD_LIMIT).join("; ")}${more}`);
  }

  /** Its kubelet may have told already that it is not ready any more; it is told since when. */
  #wasReady(pod: PodLook): boolean {
    if (isSince(pod.metadata.creationTimestamp, this.#restartedAfterMs)) return false;
    return isToldReady(pod) || isSince(readyOf(pod)?.lastTransitionTime, this.#restartedAfterMs);
  }
}
