import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { notYet, waitUntil, type Observation, type WaitOptions } from "@kubera-e2e/schema/wait-until";
import { explainObject } from "./explain-object.ts";
import type { KindRef, KubeClient, KubeObject, ObjectRef, ObservedKind } from "./kube-client.ts";
import { isMissing, TroubleJudge } from "./trouble-judge.ts";
import { nameOf, type Began, type KindScope, type KubeProbe, type KubeView } from "./view.ts";
import { WaitMemory } from "./wait-memory.ts";

export interface WaitForKubeOptions<T> extends KubeProbe<T>, Pick<WaitOptions<T>, "stableMs" | "signal" | "onProgress" | "fix"> {
  readonly client: KubeClient;
  readonly deadlineMs: number;
  /** Longest pause between two looks at what is known; default 2000. */
  readonly intervalMs?: number;
  readonly clock?: Clock;
}

interface Watched {
  readonly scope: KindScope;
  readonly seen: ObservedKind;
  readonly judge: TroubleJudge;
}

const covers = (scope: KindScope, kind: KindRef, namespace: string | undefined): boolean =>
  scope.apiVersion === kind.apiVersion && scope.kind === kind.kind && (scope.namespace === undefined || scope.namespace === namespace);

class WatchedView implements KubeView {
  readonly cluster: string;
  readonly nowMs: number;
  readonly #watched: readonly Watched[];
  readonly #memory: WaitMemory;

  constructor({ cluster, nowMs }: Pick<KubeView, "cluster" | "nowMs">, watched: readonly Watched[], memory: WaitMemory) {
    this.cluster = cluster;
    this.nowMs = nowMs;
    this.#watched = watched;
    this.#memory = memory;
  }

  began<T>(what: string, now: T): Began<T> {
    return this.#memory.began(what, now);
  }

  leastSeen(what: string, count: number): number {
    return this.#memory.leastSeen(what, count);
  }

  get<T extends KubeObject>(ref: ObjectRef): T | undefined {
    return this.#objects(ref, ref.namespace).get(nameOf(ref)) as T | undefined;
  }

  list<T extends KubeObject>(kind: KindRef, namespace?: string): readonly T[] {
    const all = [...this.#objects(kind, namespace).values()] as T[];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  #objects(kind: KindRef, namespace: string | undefined): ReadonlyMap<string, KubeObject> {
    const watched = this.#watched.find(({ scope }) => covers(scope, kind, namespace));
    if (watched !== undefined) return (isMissing(watched.scope, watched.seen) ? undefined : watched.seen.objects) ?? new Map();
    throw new TypeError(`the probe reads ${kind.kind} of ${namespace ?? "all namespaces"}, which is not among its kinds`);
  }
}

/** The server's silence or its trouble, as a reason to go on waiting; undefined when all that is seen is current. */
const unanswered = (watched: readonly Watched[]): Observation<never> | undefined => {
  const told = watched.map(({ seen, judge }) => judge.reasonOf(seen));
  const reason = told.find((one) => one !== undefined);
  return reason === undefined ? undefined : notYet(reason);
};

const subscribeAll = (watched: readonly Watched[], wake: () => void): (() => void) => {
  const leave = watched.map(({ seen }) => seen.subscribe(wake));
  return () => {
    for (const one of leave) one();
  };
};

const hasLooked = ({ seen }: Watched): boolean => seen.objects !== undefined || seen.trouble !== undefined;

/** Until every kind was listed once, or could not be. */
const firstLook = (watched: readonly Watched[], signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      if (!signal.aborted && !watched.every(hasLooked)) return;
      leave();
      resolve();
    };
    const leave = subscribeAll(watched, settle);
    signal.addEventListener("abort", settle, { once: true });
    settle();
  });

/**
 * Waits until a probe is content with what a cluster holds. Wakes on every change and looks again at every poll.
 *
 * Errors: `WAIT_DEADLINE` and `WAIT_TERMINAL`, explained by the object's condition, its owner and its most telling event;
 * at once what time does not heal: `TLS_*`, `KUBECONFIG_INVALID`, `KUBE_KIND_UNKNOWN`, `KUBE_REFUSED` with 403, and with 401 when it lasts;
 * an API server that is merely away is waited for.
 */
export const waitForKube = async <T>(options: WaitForKubeOptions<T>): Promise<T> => {
  const { client, kinds, probe, about, intervalMs = 2000, clock = systemClock, ...rest } = options;
  const watched = kinds.map((scope) => ({
    scope,
    seen: client.observe(scope, scope.namespace === undefined ? {} : { namespace: scope.namespace }),
    judge: new TroubleJudge(scope, { cluster: client.cluster, clock }),
  }));
  const memory = new WaitMemory(clock);
  try {
    return await waitUntil({
      ...rest,
      intervalMs,
      clock,
      subscribe: (wake) => subscribeAll(watched, wake),
      probe: async (signal) => {
        if (!watched.every(hasLooked)) await firstLook(watched, signal);
        const away = unanswered(watched);
        if (away !== undefined) memory.forget();
        if (away !== undefined) return away;
        memory.beginLook();
        return probe(new WatchedView({ cluster: client.cluster, nowMs: clock.now() }, watched, memory));
      },
      ...(about !== undefined && { explain: () => explainObject(client, about, clock.now()) }),
    });
  } finally {
    for (const { seen } of watched) seen.close();
  }
};
