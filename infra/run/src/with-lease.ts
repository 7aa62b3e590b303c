import type { Settings } from "@kubera-e2e/schema/settings";
import { FileLeaseStore } from "./file-lease-store.ts";
import { HeldLease } from "./held-lease.ts";
import { storeFolder } from "./store-folder.ts";

export interface LeasedWork {
  readonly bed: string;
  /** Why the bed is held, for whoever else wants it. */
  readonly reason: string;
  readonly settings: Pick<Settings, "KUBERA_STORE">;
  /** In what the work left the bed when it failed; default broken. */
  readonly leftAs?: () => Promise<"free" | "broken">;
}

/**
 * Does something while holding a bed; `signal` aborts when the bed is lost to somebody else. A failure leaves the lease broken unless `leftAs` knows better; that does not keep others out.
 *
 * Error: `LEASE_HELD` naming holder, since and until.
 */
export const withLease = async <T>(
  { bed, reason, settings, leftAs }: LeasedWork,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const lost = new AbortController();
  const leases = new FileLeaseStore(storeFolder(settings));
  const lease = await HeldLease.hold({ leases, bed, reason, onLost: (error) => lost.abort(error) });
  try {
    const result = await work(lost.signal);
    await lease.release("free");
    return result;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    const left = (await leftAs?.().catch(() => undefined)) ?? "broken";
    // The work's own failure tells more than a lease that cannot be given back.
    await lease.release(left, left === "broken" ? reason : undefined).catch(() => {});
    throw error;
  }
};
