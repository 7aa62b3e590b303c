export { bedTarget, copyName, type ProgressEvent } from "@kubera-e2e/lifecycle";
export { FileLeaseStore } from "./file-lease-store.ts";
export { startRunServer } from "./start-run-server.ts";
