import { expect, test } from "vitest";
import { nodeNamed } from "../src/cluster/plan.ts";
import { shimSocketOf } from "../src/cluster/traces.ts";
import { inTurn } from "../src/cluster/turns.ts";

test("knows where containerd lets the shim of a sandbox listen", () => {
  const node = nodeNamed("peers-2");
  // As containerd 1.6 named it for this sandbox.
  expect(node && shimSocketOf(node, "708969dfb0d3e264cd5fc2015e1c376363199443717aaea1d81568501d3518fc")).toBe(
    "/run/containerd/s/77cb4e97ab364c5bca8474e4e49c84deb7e91fe112e8a60b8f9d8f53f5038fa3",
  );
});

test("lets one at a time work on a node, also after one has failed", async () => {
  const [ours, others] = [[{ name: `test-${process.pid}` }], [{ name: `test-${process.pid}-2` }]];
  const told: string[] = [];
  let end = (): void => {};
  const first = inTurn(ours, async () => {
    told.push("first");
    await new Promise<void>((resolve) => (end = resolve));
    throw new Error("broken");
  });
  await expect.poll(() => told).toEqual(["first"]);
  const second = inTurn(ours, async () => void told.push("second"));
  await inTurn(others, async () => void told.push("other"));
  expect(told).toEqual(["first", "other"]);
  end();
  await expect(first).rejects.toThrow("broken");
  await second;
  expect(told).toEqual(["first", "other", "second"]);
});
