export type { GivenRole } from "./team-client.ts";
export type { Invitation, Member } from "./contract.ts";
