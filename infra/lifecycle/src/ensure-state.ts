import { stateName, type BedState } from "@kubera-e2e/schema/bed-state";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedContext } from "./bed-context.ts";
import { connectMember } from "./connect-member.ts";
import { installDirector } from "./install-director.ts";
import { installOpenEBS } from "./install-openebs.ts";
import { restoreSet } from "./restore-set.ts";
import { snapshotSet } from "./snapshot-set.ts";
import { upgradeBase } from "./upgrade-base.ts";

export interface EnsureOptions {
  readonly build: string;
  readonly signal?: AbortSignal;
}

export interface Ensured {
  /** `bare`, `director@1.12.0`. */
  readonly state: string;
  /** Whether the set was missing and has been made. */
  readonly made: boolean;
  readonly ms: number;
}

const equipMembers = async (context: BedContext, options: EnsureOptions & { readonly version?: string }): Promise<void> => {
  for (const { name, role } of context.bed.clusters) {
    if (role !== "member") continue;
    await connectMember(context, { ...options, cluster: name });
    await installOpenEBS(context, { ...options, cluster: name });
  }
};

/** Brings a bed from the state it is made from to the named one. */
const INSTALLS: Readonly<Record<BedState, (context: BedContext, options: EnsureOptions) => Promise<void>>> = {
  bare: () => Promise.resolve(),
  director: (context, options) => installDirector(context, options),
  openebs: (context, options) => equipMembers(context, options),
  "openebs-base": async (context, options) => equipMembers(context, { ...options, version: await upgradeBase(context) }),
};

const make = async (context: BedContext, state: BedState, options: EnsureOptions): Promise<void> => {
  const from = context.bed.states[state]?.from;
  if (from === undefined) throw new Error(`the state ${state} of the bed ${context.bed.name} names no state to be made from`);
  const note = (because: string): void =>
    context.onProgress({
      at: new Date(context.clock.now()).toISOString(),
      verb: "make",
      phase: "make",
      subject: stateName(state, options.build),
      state: "note",
      because,
    });
  note(`its set is missing: restoring ${stateName(from, options.build)} and installing`);
  await ensureState(context, from, options);
  await INSTALLS[state](context, options);
  note("taking its set");
  await snapshotSet(context, { state: stateName(state, options.build), powerOn: false, ...(options.signal && { signal: options.signal }) });
};

const mayMake = (context: BedContext, state: BedState): boolean => {
  const declared = context.bed.states[state];
  return declared?.make === true && declared.from !== undefined;
};

/**
 * The bed restored to a state: from its set, which is made first (restore `from`, install, snapshot) when it is missing and the bed's file allows it.
 *
 * Errors: `SET_MISSING` when it may not be made; those of `restoreSet`, `snapshotSet` and of the installs.
 */
export const ensureState = async (context: BedContext, state: BedState, options: EnsureOptions): Promise<Ensured> => {
  const startMs = context.clock.monotonicMs();
  const name = stateName(state, options.build);
  const restore = () => restoreSet(context, { state: name, ...(options.signal && { signal: options.signal }) });
  const done = (made: boolean): Ensured => ({ state: name, made, ms: context.clock.monotonicMs() - startMs });
  try {
    await restore();
    return done(false);
  } catch (error) {
    if (!isKuberaError(error) || error.code !== "SET_MISSING" || !mayMake(context, state)) throw error;
  }
  await make(context, state, options);
  // Restored rather than used as it is: the first run and the next one must meet the same bed.
  await restore();
  return done(true);
};
