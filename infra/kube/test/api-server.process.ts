import { describe } from "vitest";
import { describeApi } from "./worlds/api-cases.ts";
import { openServerWorld } from "./worlds/server-world.ts";

describe("a real kube-apiserver", () => {
  describeApi(openServerWorld);
});
