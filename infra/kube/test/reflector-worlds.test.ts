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

test.each([
  { title: "a busy watch that is read late is right, and no whole list is made for it", hides: false, whole: 1 },
  { title: "a change that a busy watch never tells is seen within a minute, by a whole list", hides: true, whole: 2 },
])("$title", async ({ hides, whole }) => {
  await using cluster = new ClockedCluster(["a", "b"]);
  cluster.lagMs = 150;
  if (hides) cluster.hidden.add("b");
  for (let step = 0; step < 2440; step += 1) {
    await cluster.clock.advance(50);
    cluster.put("a");
    if (step === 10) cluster.put("b");
  }
  expect(cluster.lists).toEqual({ whole, metadata: 2 });
  expect(cluster.stale).toEqual(["a"]);
});

test("nothing is listed any more after an end that falls between two looks at a list", async () => {
  const cluster = new ClockedCluster(["a", "b"]);
  cluster.hidden.add("b");
  for (let step = 0; cluster.lists.metadata === 0 && step < 2000; step += 1) {
    cluster.put("a");
    if (step === 10) cluster.put("b");
    await cluster.clock.advance(50);
  }
  await cluster.clock.advance(50);
  await cluster[Symbol.asyncDispose]();
  expect(cluster.lists).toEqual({ whole: 1, metadata: 1 });
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

test.each([false, true])(
  "an etcd that was set back is seen although bookmarks come from below; a deletion is undone: %s",
  async (isDeletion) => {
    await using cluster = new ClockedCluster(["a", "b"]);
    await cluster.clock.advance(500);
    for (let change = 0; change < 40; change += 1) cluster.put("a");
    if (isDeletion) cluster.remove("b");
    await cluster.clock.advance(500);
    cluster.bookmarkMs = 500;
    cluster.setBack(30);
    for (let step = 0; step < 300; step += 1) await cluster.clock.advance(50);
    expect(cluster.stale).toEqual([]);
    expect(cluster.lists.whole).toBeLessThanOrEqual(5);
  },
);

const NAMES = ["a", "b", "c"];
const STEP_MS = 50;

/** What happens in one step. */
const happening = fc.record({
  what: fc.constantFrom("put", "put", "put", "put", "remove", "recreate", "drop", "hide", "show", "refuse", "set back", "nothing"),
  name: fc.constantFrom(...NAMES),
  by: fc.integer({ min: 1, max: 12 }),
  steps: fc.integer({ min: 1, max: 40 }),
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const HAPPENS: Readonly<Record<string, (cluster: ClockedCluster, happening: Happening) => void>> = {
  put: (cluster, { name }) => cluster.put(name),
  remove: (cluster, { name }) => cluster.remove(name),
  recreate: (cluster, { name }) => {
    cluster.remove(name);
    cluster.put(name);
  },
  drop: (cluster) => cluster.dropSocket(),
  hide: (cluster, { name }) => cluster.hidden.add(name),
  show: (cluster, { name }) => cluster.hidden.delete(name),
  refuse: (cluster) => (cluster.isRefusing = !cluster.isRefusing),
  "set back": (cluster, { by }) => cluster.setBack(by),
};

const world = fc.record({
  whole: fc.array(fc.integer({ min: 5, max: 3000 }), { minLength: 1, maxLength: 5 }),
  metadata: fc.array(fc.integer({ min: 5, max: 1000 }), { minLength: 1, maxLength: 5 }),
  lagMs: fc.integer({ min: 0, max: 200 }),
  bookmarkMs: fc.constantFrom(0, 700, 5000),
  happenings: fc.array(happening, { minLength: 10, maxLength: 60 }),
});

const inTurn = (values: readonly number[]): (() => number) => {
  let next = 0;
  return () => values[(next += 1) % values.length] ?? 10;
};

test("whatever is slow, dropped, refused, undone or never told, no form goes back, and a few polls later all is seen", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ whole, metadata, lagMs, bookmarkMs, happenings }) => {
      await using cluster = new ClockedCluster(NAMES);
      Object.assign(cluster, { lagMs, bookmarkMs, listMs: { whole: inTurn(whole), metadata: inTurn(metadata) } });
      for (const one of happenings) {
        HAPPENS[one.what]?.(cluster, one);
        for (let step = 0; step < one.steps; step += 1) await cluster.clock.advance(STEP_MS);
      }
      cluster.isRefusing = false;
      for (let step = 0; step < 400; step += 1) await cluster.clock.advance(STEP_MS);
      expect(cluster.regressions).toEqual([]);
      expect(cluster.stale).toEqual([]);
      expect(cluster.reflector.trouble).toBeUndefined();
    }),
    { numRuns: 60 },
  );
}, 120_000);
