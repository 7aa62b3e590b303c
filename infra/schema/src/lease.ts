import { z } from "zod";

/**
 * States of a bed, after boskos. `busy`, `cleaning` and `held` keep others out until `until`; `cleaning` restores it for the next,
 * `held` is kept by a person. `frozen` keeps the evidence of a failure, however late it is. `free`, `dirty` and `broken` are there to be taken.
 */
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
  /** Why its VMs may stand at different times: a revert was begun whose end was not told. It stays until a restore has come to its end. */
  mixed: z.string().optional(),
  /** Tells two holds of one process apart; a record that bears it was written by the one who asked, even when the answer was lost. */
  nonce: z.string().optional(),
});

export type LeaseRecord = z.infer<typeof leaseRecordSchema>;

/** In what a bed is given back, and why when it is not free for the next; `frozen` alone keeps others out. */
export interface LeftBed extends Pick<LeaseRecord, "reason" | "mixed"> {
  readonly state: "free" | "dirty" | "broken" | "frozen";
}

/** How long leases last, and how far the clocks and calls behind them can be trusted. */
export interface LeaseTiming {
  /** Who does not renew for this long is taken for dead. */
  readonly ttlMs: number;
  /** How far the clocks of any two holders are apart at most. */
  readonly skewMs: number;
  /** How long a call that is cut off may still take effect on the other side. */
  readonly callMs: number;
}

export interface LeaseRequest {
  readonly bed: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly reason?: string;
  /** `held` for a person, default `busy`. */
  readonly state?: "busy" | "held";
  readonly nonce?: string;
}

/** Where leases of beds are kept. Every method either takes effect for all clients or fails. */
export interface LeasePort {
  /** Takes the bed, or throws `LEASE_HELD` naming holder, since, until and reason. */
  acquire(request: LeaseRequest): Promise<LeaseRecord>;
  /** Extends the lease, and changes its state or reason; throws `LEASE_HELD` when the token is no longer the newest or the bed was given back. */
  renew(lease: LeaseRecord, ttlMs: number, change?: LeaseChange): Promise<LeaseRecord>;
  /** Gives the bed back; throws as `renew`. */
  release(lease: LeaseRecord, left: LeftBed): Promise<void>;
  read(bed: string): Promise<LeaseRecord | undefined>;
}

/** What a holder may change of its lease while it lasts: what it does with the bed, or in what it would leave it now. */
export type LeaseChange = { readonly state: "busy" | "cleaning"; readonly reason?: string } | Pick<LeaseRecord, "mixed">;

/** Whether the record keeps others out at that moment, milliseconds since 1970. */
export const isTaken = ({ state, until }: Pick<LeaseRecord, "state" | "until">, nowMs: number): boolean => {
  if (state === "frozen") return true;
  return (state === "busy" || state === "cleaning" || state === "held") && Date.parse(until) > nowMs;
};
