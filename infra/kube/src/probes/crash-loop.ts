import type { ContainerStatus } from "../kinds.ts";

const BACK_OFF = /back-off (?:(\d+)m)?(?:(\d+)s)? restarting failed container/;
const FIRST_BACK_OFF_S = 10;

/** What a kubelet has counted since it started: it doubles its pause from 10 s on. */
const countedByKubelet = (message: string): number => {
  const [found, minutes = "0", seconds = "0"] = BACK_OFF.exec(message) ?? [];
  if (found === undefined) return 0;
  const pauseS = Number(minutes) * 60 + Number(seconds);
  return pauseS < FIRST_BACK_OFF_S ? 0 : 1 + Math.floor(Math.log2(pauseS / FIRST_BACK_OFF_S));
};

/** So many crashes before a wait began count at once; of fewer the next one is waited for, since what they lacked may be there by now. */
const HOPELESS_BEFORE = 5;
/** After a run of this length a kubelet begins its pauses anew. */
const LONG_RUN_MS = 600_000;

/** By one clock, whichever that is. */
const ranLong = ({ lastState }: ContainerStatus): boolean => {
  const run = lastState?.terminated;
  return Date.parse(run?.finishedAt ?? "") - Date.parse(run?.startedAt ?? "") >= LONG_RUN_MS;
};

/**
 * How often a container has crashed lately. A pod's own count goes back to its creation, through restarts of its node and of a whole
 * restored cluster, so it is counted from what was seen first, or as the kubelet's growing pauses tell.
 */
export const restartsInARow = (status: ContainerStatus, seenFirst: number): number => {
  const seen = Math.max(status.restartCount - seenFirst, 0);
  if (ranLong(status)) return Math.min(seen, 1);
  const counted = Math.min(status.restartCount, countedByKubelet(status.state?.waiting?.message ?? ""));
  return seen > 0 || counted >= HOPELESS_BEFORE ? Math.max(seen, counted) : 0;
};
