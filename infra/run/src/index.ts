export { bedTarget, type ProgressEvent } from "@kubera-e2e/lifecycle";
export { FileLeaseStore } from "./file-lease-store.ts";
export { fetchEvents, joinSlot, leaveSlot, tellSecrets } from "./run-client.ts";
export { startRunServer } from "./start-run-server.ts";
export type { JoinedBed } from "./wire.ts";
export { withLease } from "./with-lease.ts";
export { openWorkerBed, type WorkerBed } from "./worker-bed.ts";
export { storeFolder } from "./store-folder.ts";
