import { isDeepStrictEqual } from "node:util";
import type { BedContext } from "@kubera-e2e/lifecycle";
import type { BedMark } from "@kubera-e2e/lifecycle/bed-marks";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { LeftBed } from "@kubera-e2e/schema/lease";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import type { Settings } from "@kubera-e2e/schema/settings";
import { fenced, fencedBed } from "./fenced-bed.ts";
import type { HeldLease } from "./held-lease.ts";
import { holdBeds, type WaitOptions } from "./hold-beds.ts";
import { openLeases } from "./open-leases.ts";

export interface LeasedWork {
  readonly context: BedContext;
  /** Why the bed is held, for whoever else wants it. */
  readonly reason: string;
  readonly settings: Settings;
  readonly wait?: WaitOptions;
}

/** The bed as the holder of its lease has it: nothing is written to it when the lease may be over. */
export interface LeasedBed {
  readonly context: BedContext;
  /** Puts clients of the same bed that are opened later under the same lease. */
  readonly fence: (opened: BedContext) => BedContext;
  /** Puts any other client that can change the bed under the same lease. */
  readonly guard: <T extends object>(client: T) => T;
  /** Aborts when the bed is lost to somebody else, or may be soon. */
  readonly signal: AbortSignal;
}

/** What the mark of a bed says to others; evidence that was brought back is somebody's to look at. */
const leftOf = (mark: BedMark | undefined): LeftBed => {
  if (mark === undefined || mark.state === "clean") return { state: "free" };
  const isEvidence = mark.state === "dirty" && mark.holds !== undefined && frozenIdOf(mark.holds) !== undefined;
  return { state: isEvidence ? "frozen" : mark.state, reason: isEvidence ? `${mark.holds}: ${mark.because}` : mark.because };
};

/** Gives the bed back in what its mark says that the work has left; where the mark is that of before, nothing was touched. */
const giveBack = async (lease: HeldLease, markBefore: BedMark | undefined, { marks, bed }: BedContext): Promise<void> => {
  const mark = await marks.read(bed.name);
  const left = leftOf(mark);
  if (!isDeepStrictEqual(mark, markBefore)) await lease.release(left);
  // Only who brings evidence back freezes the bed: it was released since, or was left so by the run that kept it.
  else await lease.giveBack(left.state === "frozen" ? { state: "dirty", reason: mark?.because } : left);
};

/**
 * Does something while holding a bed, and gives it back as its mark says then: one that was dirty or broken before still is, unless the work
 * has cleaned it. Neither keeps others out,
 * but evidence that it brought back does.
 *
 * Error: `LEASE_HELD` naming holder, since and until.
 */
export const withLease = async <T>({ context, reason, settings, wait }: LeasedWork, work: (bed: LeasedBed) => Promise<T>): Promise<T> => {
  const opened = await openLeases(context.bed, { settings, redactor: new Redactor() });
  try {
    const { leases, timing } = opened;
    const [lease] = await holdBeds([{ leases, timing, bed: context.bed.name, reason }], wait);
    if (lease === undefined) throw new Error("a bed was held without a lease");
    const markBefore = await context.marks.read(context.bed.name);
    try {
      const fence = (bed: BedContext): BedContext => fencedBed(bed, lease);
      const guard = <C extends object>(client: C): C => fenced(client, () => lease.throwIfOver());
      const result = await work({ context: fence(context), fence, guard, signal: lease.signal });
      await giveBack(lease, markBefore, context);
      return result;
    } catch (error) {
      // The work's own failure tells more than a lease that cannot be given back.
      await giveBack(lease, markBefore, context).catch(() => {});
      throw error;
    }
  } finally {
    await opened.close();
  }
};
