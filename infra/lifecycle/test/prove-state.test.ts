import { expect, test } from "vitest";
import { proveState } from "../src/prove-state.ts";
import { failureOf, MemoryBed } from "./memory-bed.ts";

const never = new AbortController().signal;
const maya = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "maya-io" },
  spec: { replicas: 1 },
  status: { availableReplicas: 1 },
};

test.each([
  ["bare", [], undefined],
  ["director@1.12.0", [maya], undefined],
])("a bed in the state %s may be called so", async (state, deployments, expected) => {
  const bed = new MemoryBed();
  bed.objects = new Map([["Deployment", deployments]]);
  expect(await proveState(bed.context, state, never)).toBe(expected);
});

test.each([
  ["bare", [maya], "namespace kubera has 1 Deployments, and a bare cluster has none"],
  ["director@1.12.0", [], "namespace kubera has no workload"],
  ["openebs@1.12.0", [{ ...maya, status: {} }], "Deployment kubera/maya-io lacks 1 pods; it starts in wave 3 of 5 of release 1.12.0"],
])("a bed that is not in the state %s is not called so", async (state, deployments, because) => {
  const bed = new MemoryBed();
  bed.objects = new Map([["Deployment", deployments]]);
  const refused = await failureOf(proveState(bed.context, state, never));
  expect(refused.message).toBe(
    [
      `[SET_REFUSED] the bed lab is not in the state ${state}`,
      "  where:   cluster c1",
      `  because: ${because}; every run that restores a set of the wrong name fails`,
      "  fix:     Bring the bed into that state first, or take the set by the name of the state it is in: --state bare, director, openebs or openebs-base.",
    ].join("\n"),
  );
});

test("a bed that is off is believed, and that is told", async () => {
  const bed = new MemoryBed();
  for (const name of bed.bed.clusters.flatMap(({ vms }) => vms.map((vm) => vm.name))) await bed.machines.powerOff(name);
  expect(await proveState(bed.context, "bare", never)).toMatch(/^whether the bed is in the state bare is not known: .*CONNECTION_REFUSED/);
});
