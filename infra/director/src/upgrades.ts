export type { Application } from "./contract.ts";
export type { UpgradeClaim, UpgradeComponent } from "./upgrade-client.ts";
export { upgradeDone } from "./waits.ts";
