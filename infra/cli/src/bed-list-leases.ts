import { loadTestBed, type listTestBeds } from "@kubera-e2e/lifecycle";
import { leaseWords } from "@kubera-e2e/run/leases";
import { systemClock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { readLease } from "./bed-lease.ts";
import { settingsFor } from "./bed-session.ts";

type Listing = ReturnType<typeof listTestBeds>[number];

export interface ListedLease {
  readonly lease?: LeaseRecord | undefined;
  /** Who has the bed, or why that cannot be told. */
  readonly leaseWords: string;
}

/** A folder needs no values to be read; any other store does. */
const leaseOf = async ({ name, bed }: Listing): Promise<ListedLease | undefined> => {
  if (bed === undefined) return undefined;
  try {
    const settings = settingsFor(name);
    const lease = await readLease(bed.lease.store === "file" ? bed : loadTestBed(name, settings), settings);
    return { lease, leaseWords: leaseWords(lease, systemClock.now()) };
  } catch (error) {
    if (isKuberaError(error) && error.code === "SIM_NOT_RUNNING") return { leaseWords: "not running: pnpm e2e sim up" };
    // One store that does not answer must not hide the other beds.
    return { leaseWords: `nobody can tell who holds it: ${isKuberaError(error) ? `${error.code}: ${error.what}` : String(error)}` };
  }
};

/** The lease of each bed that has a file without faults, by name. */
export const listLeases = async (beds: readonly Listing[]): Promise<ReadonlyMap<string, ListedLease>> => {
  const found = await Promise.all(beds.map(async (bed) => [bed.name, await leaseOf(bed)] as const));
  return new Map(found.flatMap(([name, lease]) => (lease === undefined ? [] : [[name, lease] as const])));
};
