import type { LeaseRecord } from "@kubera-e2e/schema/lease";

/** What stands in a register, and the version that a writer must name to replace it. */
export interface Registered {
  readonly record?: LeaseRecord | undefined;
  /** undefined when nothing was ever written. */
  readonly version: string | undefined;
}

/** A place that holds one record per bed and replaces it by compare-and-set; what leases mean is none of its business. */
export interface LeaseRegister {
  read(bed: string): Promise<Registered>;
  /** Whether the record was written; false when somebody else has written since `version`. A rejection leaves it open. */
  write(record: LeaseRecord, version: string | undefined): Promise<boolean>;
}

/** A store that does not answer must leave time for another try before the lease is over. */
const CALL_LIMIT_MS = 10_000;

/** The limit of one call to a store. */
export const storeCall = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(CALL_LIMIT_MS) });
