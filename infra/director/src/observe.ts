export { jobOf, type Alert, type NewAlert } from "./observe/alert-client.ts";
export type { LogLine, LogWish } from "./observe/log-client.ts";
export type { Observer } from "./observe/observer.ts";
export type { Series } from "./observe/metric-client.ts";
