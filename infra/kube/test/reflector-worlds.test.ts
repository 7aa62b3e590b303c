import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ClockedCluster } from "./clocked-cluster.ts";

test.each([500, 1500, 2500, 3000, 4000])("one dropped socket makes no endless lists of a busy kind whose lists take %i ms", async (ms) => {
  await using cluster = new ClockedCluster(["a"]);
  cluster.listMs = { whole: () => ms, metadata: () => ms / 4 };
  for (let step = 0; step < 600; step += 1) {
    await cluster.clock.advance(100);
    if (step % 3 === 0) cluster.put("a");
    if (step === 100) cluster.dropSocket();
  }
  expect(cluster.lists.whole).toBeLessThanOrEqual(12);
});

test("no older form is shown after a newer one when two lists were made at once", async () => {
  await using cluster = new ClockedCluster(["a"]);
  await cluster.clock.advance(1000);
  // Of the two after the drop, the one that is asked for later ends first.
  const took = [1800, 300];
  cluster.listMs = { whole: () => took.shift() ?? 300, metadata: () => 10 };
  cluster.dropSocket();
  await cluster.clock.advance(900);
  cluster.put("a");
  await cluster.clock.advance(2500);
  for (let change = 0; change < 40; change += 1) {
    await cluster.clock.advance(50);
    cluster.put("a");
  }
  await cluster.clock.advance(2000);
  expect(cluster.regressions).toEqual([]);
  expect(cluster.stale).toEqual([]);
});

const NAMES = ["a", "b", "c"];
const STEP_MS = 50;

/** What happens in one step. */
const happening = fc.record({
  what: fc.constantFrom("put", "put", "put", "remove", "recreate", "drop", "hide", "show", "nothing", "nothing"),
  name: fc.constantFrom(...NAMES),
  steps: fc.integer({ min: 1, max: 40 }),
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const happen = (cluster: ClockedCluster, { what, name }: Happening): void => {
  if (what === "drop") cluster.dropSocket();
  if (what === "hide") cluster.hidden.add(name);
  if (what === "show") cluster.hidden.delete(name);
  if (what === "remove" || what === "recreate") cluster.remove(name);
  if (what === "put" || what === "recreate") cluster.put(name);
};

const world = fc.record({
  whole: fc.array(fc.integer({ min: 5, max: 3000 }), { minLength: 1, maxLength: 5 }),
  metadata: fc.array(fc.integer({ min: 5, max: 1000 }), { minLength: 1, maxLength: 5 }),
  lagMs: fc.integer({ min: 0, max: 60 }),
  happenings: fc.array(happening, { minLength: 10, maxLength: 60 }),
});

const inTurn = (values: readonly number[]): (() => number) => {
  let next = 0;
  return () => values[(next += 1) % values.length] ?? 10;
};

test("whatever is slow, dropped or never told, no form goes back, and a few polls later all is seen", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ whole, metadata, lagMs, happenings }) => {
      await using cluster = new ClockedCluster(NAMES);
      cluster.listMs = { whole: inTurn(whole), metadata: inTurn(metadata) };
      cluster.lagMs = lagMs;
      for (const one of happenings) {
        happen(cluster, one);
        for (let step = 0; step < one.steps; step += 1) await cluster.clock.advance(STEP_MS);
      }
      for (let step = 0; step < 300; step += 1) await cluster.clock.advance(STEP_MS);
      expect(cluster.regressions).toEqual([]);
      expect(cluster.stale).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);
