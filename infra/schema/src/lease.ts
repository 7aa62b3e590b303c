import { z } from "zod";

/** States of a bed, after boskos; `held` is kept by a person, `frozen` keeps the evidence of a failure. */
export const LEASE_STATES = ["free", "busy", "dirty", "cleaning", "frozen", "held", "broken"] as const;

export const leaseRecordSchema = z.object({
  schema: z.literal("kubera-e2e/lease@1"),
  bed: z.string(),
  state: z.enum(LEASE_STATES),
  /** Who holds it: user@host and process. */
  holder: z.string(),
  /** Grows with every change of holder; a writer with an older token has lost the bed. */
  token: z.int().min(0),
  since: z.iso.datetime(),
  /** When the holder is taken for dead unless it renews before. */
  until: z.iso.datetime(),
  reason: z.string().optional(),
});

export type LeaseRecord = z.infer<typeof leaseRecordSchema>;

export interface LeaseRequest {
  readonly bed: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly reason?: string;
}

/** Where leases of beds are kept. Every method either takes effect for all clients or fails. */
export interface LeasePort {
  /** Takes the bed, or throws `LEASE_HELD` naming holder, since and until. */
  acquire(request: LeaseRequest): Promise<LeaseRecord>;
  /** Extends the lease; throws `LEASE_HELD` when the token is no longer the newest. */
  renew(lease: LeaseRecord, ttlMs: number): Promise<LeaseRecord>;
  /** Gives the bed back in the named state. */
  release(lease: LeaseRecord, state: "free" | "dirty" | "broken", reason?: string): Promise<void>;
  read(bed: string): Promise<LeaseRecord | undefined>;
}
