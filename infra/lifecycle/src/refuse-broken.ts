import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedContext } from "./bed-context.ts";
import { restoreCommand } from "./go-on.ts";

/**
 * A restore that died may have reverted some VMs and others not, which no look at their snapshots shows afterwards: a set of that would be
 * whole by every proof and mixed in truth. Error: `SET_REFUSED`.
 */
export const refuseBroken = async ({ bed, marks }: Pick<BedContext, "bed" | "marks">): Promise<void> => {
  const mark = await marks.read(bed.name);
  if (mark?.state !== "broken" || mark.undone !== undefined) return;
  throw new KuberaError("SET_REFUSED", {
    what: `no set is taken of the bed ${bed.name}, which is broken`,
    where: `its mark of ${mark.at}`,
    because: `${mark.because}; its VMs may stand at different times`,
    fix: `Restore it first: ${restoreCommand(bed.name, "bare")}, or another state it has a set of (e2e bed plan).`,
  });
};
