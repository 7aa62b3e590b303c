export type { DeviceRecommendation, PoolInstance, StoragePool } from "./contract.ts";
export type { PoolClient, PoolName, RaidGroup } from "./pool-client.ts";
export { poolOperationDone } from "./waits.ts";
