import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedContext } from "./bed-context.ts";
import { mixedBy, type BedMark } from "./bed-marks.ts";
import { restoreCommand } from "./go-on.ts";

interface Word {
  readonly where: string;
  readonly because: string;
}

/** Marks are files of one computer; what died on another one is told by the lease that all share. */
const brokenBy = (mark: BedMark | undefined, elsewhere: string | undefined): Word | undefined => {
  const here = mixedBy(mark);
  if (mark !== undefined && here !== undefined) return { where: `its mark of ${mark.at}`, because: here };
  return elsewhere === undefined ? undefined : { where: "its lease, as it was left", because: elsewhere };
};

/**
 * A restore that died may have reverted some VMs and others not, which no look at their snapshots shows afterwards: a set of that would be
 * whole by every proof and mixed in truth. Error: `SET_REFUSED`.
 */
export const refuseBroken = async ({ bed, marks, mixed }: Pick<BedContext, "bed" | "marks" | "mixed">): Promise<void> => {
  const word = brokenBy(await marks.read(bed.name), mixed?.());
  if (word === undefined) return;
  throw new KuberaError("SET_REFUSED", {
    what: `no set is taken of the bed ${bed.name}, which is broken`,
    where: word.where,
    because: `${word.because}; its VMs may stand at different times`,
    fix:
      `Restore it first: ${restoreCommand(bed.name, "bare")}, or another state it has a set of (e2e bed plan). ` +
      `Where none can be restored, dispose of the bed and set it up anew, or bring all VMs to one time by hand and say so: ` +
      `e2e bed snapshot ${bed.name} with --as-is.`,
  });
};
