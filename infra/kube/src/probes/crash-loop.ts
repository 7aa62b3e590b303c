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

/**
 * How often a container has crashed lately. A pod's own count goes back to its creation, through restarts of its node and of a whole
 * restored cluster, so it is counted from what was seen first, or as the kubelet's growing pauses tell.
 */
export const restartsInARow = ({ restartCount, state }: ContainerStatus, seenFirst: number): number =>
  Math.max(restartCount - seenFirst, Math.min(restartCount, countedByKubelet(state?.waiting?.message ?? "")));
