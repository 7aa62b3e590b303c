import type { SimTime } from "../../datacenter/sim-time.ts";

const HEARTBEAT_MS = 10_000;
const GRACE_MS = 40_000;
const SHORTEST_HEARTBEAT_MS = 1000;
const SHORTEST_GRACE_MS = 1500;

/** Wall milliseconds between two heartbeats of a node: 10 s simulated, but at most one a second. */
export const heartbeatWallMs = (time: SimTime): number => Math.max(HEARTBEAT_MS / time.speed, SHORTEST_HEARTBEAT_MS);

/** Wall milliseconds of silence after which a node counts as gone: 40 s simulated, but longer than any heartbeat takes. */
export const graceWallMs = (time: SimTime): number =>
  Math.max(GRACE_MS / time.speed, SHORTEST_GRACE_MS, heartbeatWallMs(time) + SHORTEST_GRACE_MS - SHORTEST_HEARTBEAT_MS);

const DISK_WATCH_MS = 10_000;
const SHORTEST_DISK_WATCH_MS = 250;

/** Wall milliseconds between two looks of a kubelet at its disk. */
export const diskWatchWallMs = (time: SimTime): number => Math.max(DISK_WATCH_MS / time.speed, SHORTEST_DISK_WATCH_MS);
