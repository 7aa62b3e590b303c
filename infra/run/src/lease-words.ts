import { isTaken, type LeaseRecord } from "@kubera-e2e/schema/lease";

const ofReason = ({ reason }: LeaseRecord): string => (reason === undefined ? "" : `: ${reason}`);

/** What a lease says of its bed, after "the bed lab is": who, since when, until when and why. */
export const leaseWords = (lease: LeaseRecord | undefined, nowMs: number): string => {
  if (lease === undefined || lease.state === "free") return "free";
  const { state, holder, since, until, reason } = lease;
  if (state === "broken") return `free; its last holder left it broken: ${reason ?? holder}`;
  if (state === "dirty") return `free; its last holder left it dirty: ${reason ?? holder}`;
  if (state === "frozen") return `frozen: ${holder} since ${since}, until somebody gives it back${ofReason(lease)}`;
  if (isTaken(lease, nowMs)) return `${state}: ${holder} since ${since}, until ${until}${ofReason(lease)}`;
  if (state === "held") return `free; ${holder} held it until ${until}${ofReason(lease)}`;
  return `free; its last holder ended without giving it back: ${holder}, at the latest ${until}`;
};
