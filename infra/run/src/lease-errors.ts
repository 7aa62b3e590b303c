import { firstLine } from "@kubera-e2e/schema/first-line";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";

const STAYS = "it stays until somebody gives it back";

const endOf = ({ state, until }: LeaseRecord): string => {
  if (state === "frozen") return STAYS;
  return state === "held" ? `until ${until}` : `until ${until} unless renewed`;
};

const fixOf = ({ bed, state }: LeaseRecord): string =>
  state === "frozen"
    ? `Use another bed (e2e bed list), or give it back when nobody needs what is on it any more: e2e bed release ${bed}`
    : "Wait, use another bed (e2e bed list), or ask its holder; a holder that died is taken for dead after that time.";

export const held = (lease: LeaseRecord): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: `the bed ${lease.bed} is held by ${lease.holder}`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because: `since ${lease.since}, ${endOf(lease)}${lease.reason === undefined ? "" : `: ${lease.reason}`}`,
    fix: fixOf(lease),
  });

/** For who holds a bed and cannot say so: it still does, until its time is over. */
export const crowded = (lease: LeaseRecord): KuberaError =>
  new KuberaError("LEASE_LOST", {
    what: `the lease of the bed ${lease.bed} could not be written`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because: "others wrote to the same record of its store between every look and every write",
    fix: "Run again; where many beds share one lock VM, give them more than one.",
  });

/** For who held a bed and finds it somebody else's. */
export const takenAway = (lease: LeaseRecord, newest: LeaseRecord | undefined): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: `the bed ${lease.bed} is no longer held by ${lease.holder}`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because:
      newest === undefined
        ? "its lease is gone"
        : `${newest.holder} holds lease ${newest.token} since ${newest.since}, until ${newest.until}, state ${newest.state}`,
    fix: "The run stopped renewing for longer than its lease, and another took the bed: results from then on do not count. Run again.",
  });

/** For who cannot reach the store of leases and stops before anybody may take the bed. */
export const notRenewed = (lease: LeaseRecord, cause: unknown): KuberaError =>
  new KuberaError("LEASE_LOST", {
    what: `the lease of the bed ${lease.bed} could not be renewed in time`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because: `others may take it from ${lease.until} on; ${cause === undefined ? "this process stood still for too long" : reasonOf(cause)}`,
    fix: "Look at the store that the bed's file names under lease: nothing more was done to the bed. Run again.",
    cause,
  });

/** For a record that is not what a store of leases writes; `thing` is what holds it: "the file". */
export const unreadable = (
  bed: string,
  { where, thing }: { readonly where: string; readonly thing: string },
  cause: unknown,
): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: `the lease of the bed ${bed} cannot be read`,
    where,
    because: "it is not what this store writes, so nobody can tell who holds the bed",
    fix: `Make sure nobody uses the bed, then delete ${thing}.`,
    cause,
  });

const reasonOf = (cause: unknown): string => `the last renewal failed: ${firstLine(cause)}`;
