import type { BedContext } from "@kubera-e2e/lifecycle";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import { fencedBed } from "./fenced-bed.ts";
import { holdBeds, type WaitOptions } from "./hold-beds.ts";
import { firstLine } from "./lease-errors.ts";
import { openLeases } from "./open-leases.ts";

export interface LeasedWork {
  readonly context: BedContext;
  /** Why the bed is held, for whoever else wants it. */
  readonly reason: string;
  readonly settings: Settings;
  /** In what the work left the bed when it failed; default broken. */
  readonly leftAs?: () => Promise<"free" | "broken">;
  readonly wait?: WaitOptions;
}

/** The bed as the holder of its lease has it: nothing is written to it when the lease may be over. */
export interface LeasedBed {
  readonly context: BedContext;
  /** Puts clients of the same bed that are opened later under the same lease. */
  readonly fence: (opened: BedContext) => BedContext;
  /** Aborts when the bed is lost to somebody else, or may be soon. */
  readonly signal: AbortSignal;
}

/**
 * Does something while holding a bed. A failure leaves the lease broken unless `leftAs` knows better; that does not keep others out.
 *
 * Error: `LEASE_HELD` naming holder, since and until.
 */
export const withLease = async <T>(
  { context, reason, settings, leftAs, wait }: LeasedWork,
  work: (bed: LeasedBed) => Promise<T>,
): Promise<T> => {
  const opened = await openLeases(context.bed, { settings, redactor: new Redactor() });
  try {
    const { leases, timing } = opened;
    const [lease] = await holdBeds([{ leases, timing, bed: context.bed.name, reason }], wait);
    if (lease === undefined) throw new Error("a bed was held without a lease");
    try {
      const fence = (bed: BedContext): BedContext => fencedBed(bed, () => lease.throwIfOver());
      const result = await work({ context: fence(context), fence, signal: lease.signal });
      await lease.release("free");
      return result;
    } catch (error) {
      const left = (await leftAs?.().catch(() => undefined)) ?? "broken";
      // The work's own failure tells more than a lease that cannot be given back.
      await lease.release(left, left === "broken" ? firstLine(error) : undefined).catch(() => {});
      throw error;
    }
  } finally {
    await opened.close();
  }
};
