import { frozenIdOf, frozenState } from "@kubera-e2e/schema/set";
import type { MachineInfo } from "@kubera-e2e/machines";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedContext } from "./bed-context.ts";
import { collectSets } from "./collect-sets.ts";
import { planGc } from "./gc-plan.ts";
import { vmNames } from "./restore-set.ts";
import { findSets } from "./set-catalog.ts";
import { snapshotSet } from "./snapshot-set.ts";

const LONGEST_REASON = 300;

/** The state of a failed run, kept as a set that nothing but `--frozen` restores. */
export interface FrozenState {
  readonly id: string;
  readonly takenAt: string;
  readonly expiresAt: string | undefined;
  readonly because: string | undefined;
  /** Why it cannot be brought back; undefined when it is whole. */
  readonly flaw: string | undefined;
}

/** Every frozen state of a bed, newest first; pure. */
export const findFrozen = (bed: TestBed, inspected: readonly MachineInfo[]): FrozenState[] =>
  findSets(bed, inspected).flatMap(({ manifest, flaw }) => {
    const id = frozenIdOf(manifest.state);
    return id === undefined ? [] : [{ id, takenAt: manifest.takenAt, expiresAt: manifest.expiresAt, because: manifest.because, flaw }];
  });

export interface FreezeOptions {
  /** Under which it is brought back; the run's own. */
  readonly id: string;
  /** What failed, in one line. */
  readonly because: string;
  readonly signal?: AbortSignal;
}

export type Frozen =
  | { readonly kept: true; readonly id: string; readonly expiresAt: string }
  | { readonly kept: false; readonly because: string };

/** Frozen states that have expired make room first: they are nobody's any more. */
const dropExpired = async (context: BedContext, inspected: readonly MachineInfo[], signal: AbortSignal): Promise<void> => {
  const plan = planGc(context.bed, inspected, { nowMs: context.clock.now(), mark: await context.marks.read(context.bed.name) });
  await collectSets(context, { ...plan, goes: plan.goes.filter(({ state }) => frozenIdOf(state) !== undefined) }, signal);
};

/**
 * Keeps the state that a bed is in as evidence: powers all VMs off and takes a set that no run restores and `e2e bed gc` removes once it has
 * expired. The VMs stay off. Does nothing while the bed holds as many as `sets.frozen.keep` allows.
 *
 * Errors: those of `snapshotSet`; `SET_NOT_REMOVED` for an expired one.
 */
export const freezeBed = async (context: BedContext, options: FreezeOptions): Promise<Frozen> => {
  const { bed, clock, machines } = context;
  const signal = options.signal ?? new AbortController().signal;
  const mark = await context.marks.read(bed.name);
  // A set of VMs that may stand at different times is no evidence, and would take the mark that says so away.
  if (mark?.state === "broken" && mark.undone !== "snapshot") return { kept: false, because: `the bed is broken: ${mark.because}` };
  const mixed = context.mixed?.();
  if (mixed !== undefined) return { kept: false, because: `the bed is broken: ${mixed}` };
  await dropExpired(context, await machines.inspect(vmNames(context), { signal }), signal);
  const held = findFrozen(bed, await machines.inspect(vmNames(context), { signal })).filter(({ flaw }) => flaw === undefined);
  const { keep, expireAfter } = bed.sets.frozen;
  if (held.length >= keep) {
    const ids = held.map(({ id }) => id).join(", ") || "none";
    return {
      kept: false,
      because: `sets.frozen.keep is ${keep}, and the bed holds ${ids}; make room: e2e bed gc ${bed.name} --drop frozen:ID`,
    };
  }
  const expiresAt = new Date(clock.now() + expireAfter).toISOString();
  const about = { expiresAt, because: options.because.slice(0, LONGEST_REASON) };
  await snapshotSet(context, { state: frozenState(options.id), powerOn: false, about, signal });
  return { kept: true, id: options.id, expiresAt };
};
