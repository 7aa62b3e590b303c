export { bedTarget, type ProgressEvent } from "@kubera-e2e/lifecycle";
export { FileLeaseStore } from "./file-lease-store.ts";
export { fetchEvents, joinSlot, leaveSlot, type RunAddress } from "./run-client.ts";
export { startRunServer, type RunServer, type RunServerOptions } from "./start-run-server.ts";
export type { JoinedBed, JoinRequest } from "./wire.ts";
export { withLease } from "./with-lease.ts";
export { openWorkerBed, type WorkerBed } from "./worker-bed.ts";
export { storeFolder } from "./store-folder.ts";
