export { holderName } from "./held-lease.ts";
export { takeBeds, type WaitOptions } from "./hold-beds.ts";
export { leaseWords } from "./lease-words.ts";
export { openLeases } from "./open-leases.ts";
export { withLease, type LeasedBed } from "./with-lease.ts";
