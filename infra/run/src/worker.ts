// A worker's own door: it loads neither leases nor restores, and every module costs a worker about two milliseconds.
export { fetchEvents, joinSlot, leaveSlot, setNodePower, tellSecrets } from "./run-client.ts";
export type { JoinedBed, JoinRequest } from "./wire.ts";
export { bedFence } from "./run-line.ts";
export { openWorkerBed, type ObjectStore, type WorkerBed } from "./worker-bed.ts";
export type { OpenebsChoice, StartedOpenEBS } from "@kubera-e2e/lifecycle/install-openebs";
