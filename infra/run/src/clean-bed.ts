import { restoreSet, type BedContext } from "@kubera-e2e/lifecycle";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import type { LeftBed } from "@kubera-e2e/schema/lease";
import type { HeldLease } from "./held-lease.ts";
import { firstLine } from "@kubera-e2e/schema/first-line";

export interface CleanOptions {
  readonly lease: Pick<HeldLease, "change" | "signal">;
  /** Whether it is restored at all. */
  readonly cleans: boolean;
  /** The state that the run restored last, as `stateName` writes it; undefined when it restored none. */
  readonly ensured?: string | undefined;
  /** Id of the run that leaves it. */
  readonly run: string;
}

const note = ({ clock, onProgress }: BedContext, because: string): void =>
  onProgress({ at: new Date(clock.now()).toISOString(), verb: "restore", phase: "clean", state: "note", because });

/** To what the bed is cleaned: never to the evidence of a failure, which the mark names once that was kept. */
const cleanStateOf = (ensured: string | undefined, holds: string | undefined): string | undefined =>
  [ensured, holds].find((state) => state !== undefined && frozenIdOf(state) === undefined);

/**
 * Restores a bed that was used to the set it was on, under the lease of its user, so that the next finds it clean. Never throws: what went
 * wrong is what the bed is left in. Killed on the way it leaves the mark of a restore that was begun, and a lease that ends by itself.
 */
export const cleanBed = async (context: BedContext, { lease, cleans, ensured, run }: CleanOptions): Promise<LeftBed> => {
  const { marks, bed } = context;
  const mark = await marks.read(bed.name);
  if (mark?.state === "broken") return { state: "broken", reason: mark.because };
  if (mark?.state !== "dirty" || lease.signal.aborted) return { state: "free" };
  const goal = cleanStateOf(ensured, mark.holds);
  if (!cleans || goal === undefined) return { state: "dirty", reason: mark.because };
  try {
    const reason = `restoring ${goal} after run ${run}`;
    note(context, `${reason}; a second Ctrl-C ends at once and leaves the bed to the next run`);
    // The bed is held whether the store hears of this or not.
    await lease.change({ state: "cleaning", reason }).catch(() => {});
    await restoreSet(context, { state: goal, signal: lease.signal });
    return { state: "free" };
  } catch (error) {
    note(context, `the bed could not be cleaned: ${firstLine(error)}`);
    const isBroken = (await marks.read(bed.name))?.state === "broken";
    return { state: isBroken ? "broken" : "dirty", reason: firstLine(error) };
  }
};
