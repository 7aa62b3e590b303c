import { describe } from "vitest";
import { describeApi } from "./worlds/api-cases.ts";
import { describeCommands } from "./worlds/commands.ts";
import { describeFaults } from "./worlds/faults.ts";
import { openSimWorld } from "./worlds/sim-world.ts";
import { describeWaits } from "./worlds/waits.ts";

describe("in the simulator, waits", () => {
  describeWaits(openSimWorld, { admission: "the simulator enforces no quotas" });
});
describe("in the simulator, commands", () => {
  describeCommands(openSimWorld);
});
describe("in the simulator, faults", () => {
  describeFaults(openSimWorld);
});
describe("in the simulator, the API", () => {
  describeApi(openSimWorld);
});
