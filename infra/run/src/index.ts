export { bedTarget, type ProgressEvent } from "@kubera-e2e/lifecycle";
export { FileLeaseStore } from "./file-lease-store.ts";
export { fetchEvents, joinSlot, leaveSlot, tellSecrets } from "./run-client.ts";
export { startRunServer } from "./start-run-server.ts";
export type { JoinedBed } from "./wire.ts";
export { openWorkerBed, type WorkerBed } from "./worker-bed.ts";
