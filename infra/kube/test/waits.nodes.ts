import { describe } from "vitest";
import { describeApi } from "./worlds/api-cases.ts";
import { describeCommands } from "./worlds/commands.ts";
import { describeFaults } from "./worlds/faults.ts";
import { openPeerWorld } from "./worlds/peer-world.ts";
import { describeWaits } from "./worlds/waits.ts";

describe("in a real cluster, waits", () => {
  describeWaits(openPeerWorld);
});
describe("in a real cluster, commands", () => {
  describeCommands(openPeerWorld);
});
describe("in a real cluster, faults", () => {
  describeFaults(openPeerWorld);
});
describe("in a real cluster, the API", () => {
  describeApi(openPeerWorld);
});
