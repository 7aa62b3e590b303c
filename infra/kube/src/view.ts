import type { Observation } from "@kubera-e2e/schema/wait-until";
import type { KindRef, KubeObject, ObjectRef } from "./kube-client.ts";

/** What a wait saw first, in milliseconds of its own ago. */
export interface Began<T> {
  readonly first: T;
  readonly forMs: number;
}

/** What a wait has seen of its kinds so far: plain reads of a cache, no calls. */
export interface KubeView {
  readonly cluster: string;
  /** Wall time in milliseconds, for words alone: the clocks of a cluster may show another. */
  readonly nowMs: number;
  /**
   * How something is when this wait first sees it, and for how long it was asked for at every look since. Graces go by that: what a cluster
   * tells of times is of its own clock, and after a restore days old.
   */
  began<T>(what: string, now: T): Began<T>;
  /** The least that a count has been at any look of this wait, however often it was not asked for between. */
  leastSeen(what: string, count: number): number;
  get<T extends KubeObject>(ref: ObjectRef): T | undefined;
  list<T extends KubeObject>(kind: KindRef, namespace?: string): readonly T[];
}

/** A kind a wait looks at; without a namespace all of them. */
export interface KindScope extends KindRef {
  readonly namespace?: string;
  /** A kind that is not served, or that we may not read, counts as one without objects instead of ending the wait. */
  readonly optional?: boolean;
  /** The same for a kind that is not served alone. */
  readonly maybeUnserved?: boolean;
}

/** What to look at and when it is enough; spread it into `waitForKube`. */
export interface KubeProbe<T> {
  readonly what: string;
  readonly kinds: readonly KindScope[];
  /** The object that a failed wait explains. */
  readonly about?: ObjectRef;
  readonly probe: (view: KubeView) => Observation<T>;
}

/** `namespace/name`, or the name of what lives in no namespace. */
export const nameOf = (ref: { readonly namespace?: string | undefined; readonly name: string }): string =>
  ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
