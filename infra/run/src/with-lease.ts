import type { Settings } from "@kubera-e2e/schema/settings";
import { FileLeaseStore } from "./file-lease-store.ts";
import { HeldLease } from "./held-lease.ts";
import { storeFolder } from "./store-folder.ts";

export interface LeasedWork {
  readonly bed: string;
  /** Why the bed is held, for whoever else wants it. */
  readonly reason: string;
  readonly settings: Pick<Settings, "KUBERA_STORE">;
}

/**
 * Does something while holding a bed; `signal` aborts when the bed is lost to somebody else. A failure leaves the lease broken, which does not keep others out.
 *
 * Error: `LEASE_HELD` naming holder, since and until.
 */
export const withLease = async <T>({ bed, reason, settings }: LeasedWork, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const lost = new AbortController();
  const leases = new FileLeaseStore(storeFolder(settings));
  const lease = await HeldLease.hold({ leases, bed, reason, onLost: (error) => lost.abort(error) });
  try {
    const result = await work(lost.signal);
    await lease.release("free");
    return result;
  } catch (error) {
    // The work's own failure tells more than a lease that cannot be given back.
    await lease.release("broken", error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)).catch(() => {});
    throw error;
  }
};
