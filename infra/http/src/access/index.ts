export { DIRECT, farEndOf } from "./access.ts";
export type { Access, FarEnd, Way } from "./access.ts";
export { viaOf } from "../via.ts";
export { openAccess } from "./open-access.ts";
export type { OpenAccessOptions } from "./open-access.ts";
