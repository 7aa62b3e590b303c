export { bedTarget, type ProgressEvent } from "@kubera-e2e/lifecycle";
export { copyName } from "@kubera-e2e/lifecycle/bed-files";
export { FileLeaseStore } from "./file-lease-store.ts";
export { startRunServer } from "./start-run-server.ts";
