import { describe } from "vitest";
import { describeApi } from "./worlds/api-cases.ts";
import { describeFaults } from "./worlds/faults.ts";
import { openSimWorld } from "./worlds/sim-world.ts";
import { describeWaits } from "./worlds/waits.ts";

describe("in the simulator", () => {
  describeWaits(openSimWorld);
  describeFaults(openSimWorld);
  describeApi(openSimWorld);
});
