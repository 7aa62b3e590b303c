/** What the command line and workers need to look at the ways to a bed and at the trust in it. */
export { declaredWays, openWays, type BedWays } from "./bed-ways.ts";
export { browserWay, type BrowserWay } from "./browser-way.ts";
export { endpointsOf, type Endpoint } from "./endpoints.ts";
export { lookAtTrust, passTo, type TrustLook } from "./look-at-trust.ts";
export { shellEnvironment } from "./shell-environment.ts";
export { pinsFile, readPins, storePins, type StoredPins } from "./stored-pins.ts";
