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
    readonly ownerReferences?: readonly { readonly uid?: string; readonly controller?: boolean }[];
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

const ownerOf = ({ metadata }: PodLook): string | undefined => metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;

const isGoing = ({ metadata }: PodLook): boolean => metadata.deletionTimestamp !== undefined;

const TOLD_LIMIT = 5;

/** Looks at the pods of a cluster that was restored: those that were ready when its set was taken must serve again. */
export class PodsBack {
  readonly #restartedAfterMs: number;
  /** By uid, with the uid of its owner. */
  readonly #awaited = new Map<string, string | undefined>();

  constructor(restartedAfterMs: number) {
    this.#restartedAfterMs = restartedAfterMs;
  }

  /** How many serve again, once all do. A pod that was not ready then is not awaited; for one that goes, those are that its owner makes. */
  look(pods: readonly PodLook[]): Observation<number> {
    for (const pod of pods) if (this.#wasReady(pod)) this.#awaited.set(pod.metadata.uid ?? "", ownerOf(pod));
    this.#awaitReplacements(pods);
    const awaited = pods.filter((pod) => this.#awaited.has(pod.metadata.uid ?? "") && !isGoing(pod));
    const lacks = awaited.flatMap((pod) => {
      const lack = lackOf(pod, this.#restartedAfterMs);
      return lack === undefined ? [] : [`pod ${pod.metadata.namespace ?? ""}/${pod.metadata.name}: ${lack}`];
    });
    if (lacks.length === 0) return reached(awaited.length);
    const more = lacks.length > TOLD_LIMIT ? `; … and ${lacks.length - TOLD_LIMIT} more` : "";
    return notYet(`${lacks.length} of ${awaited.length} are not: ${lacks.slice(0, TOLD_LIMIT).join("; ")}${more}`);
  }

  #awaitReplacements(pods: readonly PodLook[]): void {
    const staying = new Set(pods.filter((pod) => !isGoing(pod)).map(({ metadata }) => metadata.uid));
    const bereft = new Set([...this.#awaited].filter(([uid]) => !staying.has(uid)).map(([, owner]) => owner));
    for (const pod of pods) {
      const owner = ownerOf(pod);
      const isNew = isSince(pod.metadata.creationTimestamp, this.#restartedAfterMs);
      if (owner !== undefined && bereft.has(owner) && isNew) this.#awaited.set(pod.metadata.uid ?? "", owner);
    }
  }

  /** Its kubelet may have told already that it is not ready any more; it is told since when. */
  #wasReady(pod: PodLook): boolean {
    if (isSince(pod.metadata.creationTimestamp, this.#restartedAfterMs)) return false;
    return isToldReady(pod) || isSince(readyOf(pod)?.lastTransitionTime, this.#restartedAfterMs);
  }
}
