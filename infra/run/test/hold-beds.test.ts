import { FakeClock } from "@kubera-e2e/schema/clock";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { exitCodeOf } from "@kubera-e2e/schema/kubera-error";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { beforeEach, describe, expect, test } from "vitest";
import type { HeldLease } from "../src/held-lease.ts";
import { holdBeds, type WaitOptions } from "../src/hold-beds.ts";
import type { LeaseRegister } from "../src/lease-register.ts";
import { RegisterLeases } from "../src/register-leases.ts";
import { failureOf } from "./failure-of.ts";

/** Records by bed, with a number as version. */
const memoryRegister = (): LeaseRegister & { trouble: Error | undefined } => {
  const records = new Map<string, { record: LeaseRecord; version: string }>();
  const register = {
    trouble: undefined as Error | undefined,
    read: async (bed: string) => {
      if (register.trouble !== undefined) throw register.trouble;
      return records.get(bed) ?? { version: undefined };
    },
    write: async (record: LeaseRecord, version: string | undefined) => {
      if (records.get(record.bed)?.version !== version) return false;
      records.set(record.bed, { record, version: String(Number(version ?? 0) + 1) });
      return true;
    },
  };
  return register;
};

let clock: FakeClock;
let register: ReturnType<typeof memoryRegister>;
let leases: RegisterLeases;

beforeEach(() => {
  clock = new FakeClock();
  register = memoryRegister();
  leases = new RegisterLeases(register, clock);
});

const hold = (holder: string, beds: readonly string[], wait: WaitOptions = {}): Promise<HeldLease[]> =>
  holdBeds(
    beds.map((bed) => ({ leases, bed, reason: `run of ${holder}`, holder, clock })),
    { clock, ...wait },
  );

const stateOf = async (bed: string): Promise<string | undefined> => (await leases.read(bed))?.state;

describe("several beds", () => {
  test("are answered in the order in which they were asked for", async () => {
    expect((await hold("ann", ["c", "a", "b"])).map(({ record }) => record.bed)).toEqual(["c", "a", "b"]);
  });

  test("are all given back when one is taken, and as they were found", async () => {
    await leases.release(await leases.acquire({ bed: "a", holder: "cem", ttlMs: 1000 }), { state: "dirty", reason: "no time" });
    await hold("bob", ["b"]);
    const failure = await failureOf(hold("ann", ["a", "b", "c"]));
    expect(failure.what).toBe("the bed b is held by bob");
    expect(await leases.read("a")).toMatchObject({ state: "dirty", reason: "no time", token: 2 });
    expect(await stateOf("c")).toBeUndefined();
  });

  test("never leave two who want overlapping ones waiting for each other", async () => {
    const served: string[] = [];
    const run = async (holder: string, beds: readonly string[]): Promise<void> => {
      const held = await hold(holder, beds, { waitMs: 3_600_000 });
      await clock.sleep(1000);
      for (const lease of held) await lease.release({ state: "free" });
      served.push(holder);
    };
    const names = ["a", "b", "c", "d", "e"];
    const runs = Array.from({ length: 30 }, (_, index) => {
      const wanted = names.filter(() => Math.random() < 0.5);
      return run(`run ${index}`, wanted.length === 0 ? ["a"] : wanted.toSorted(() => Math.random() - 0.5));
    });
    const all = Promise.all(runs);
    for (let second = 0; served.length < runs.length && second < 3000; second += 1) await clock.advance(1000);
    await all;
    expect(served).toHaveLength(30);
  });
});

describe("a wait", () => {
  test("says at once who has the bed, and again on every change, but not on every renewal", async () => {
    const told: string[] = [];
    const [bob] = await hold("bob", ["lab"]);
    const waiting = hold("ann", ["lab"], { waitMs: 600_000, onWait: (text) => told.push(text) });
    await clock.advance(60_000);
    await bob?.change({ state: "cleaning", reason: "restoring bare after run r1" });
    await clock.advance(30_000);
    await bob?.release({ state: "free" });
    await clock.advance(5000);
    expect((await waiting).map(({ record }) => record.holder)).toEqual(["ann"]);
    expect(told[0]).toBe(
      "the bed lab is busy: bob since 2026-01-01T00:00:00.000Z, until 2026-01-01T00:01:30.000Z: run of bob (waiting for 600 s at most)",
    );
    expect(told[1]).toContain("the bed lab is cleaning: bob since 2026-01-01T00:00:00.000Z");
    expect(told[1]).toContain("restoring bare after run r1");
    expect(told).toHaveLength(2);
  });

  test("ends with LEASE_HELD, which says how long it was", async () => {
    const [bob] = await hold("bob", ["lab"]);
    const waiting = failureOf(hold("ann", ["lab"], { waitMs: 30_000 }));
    await clock.advance(31_000);
    const failure = await waiting;
    expect(exitCodeOf(failure)).toBe(EXIT.noLease);
    expect(failure.message).toMatch(/^\[LEASE_HELD\] the bed lab is held by bob\n.*\n.*unless renewed: run of bob; waited 30 s for it\n/);
    await bob?.release({ state: "free" });
  });

  test("takes a bed whose holder died as soon as its time is over", async () => {
    await leases.acquire({ bed: "lab", holder: "dead", ttlMs: 90_000 });
    const waiting = hold("ann", ["lab"], { waitMs: 600_000 });
    await clock.advance(95_000);
    expect((await waiting)[0]?.record).toMatchObject({ holder: "ann", token: 2 });
  });

  test("outlives a store that stutters once it has begun, and does not begin without one", async () => {
    const told: string[] = [];
    await leases.acquire({ bed: "lab", holder: "dead", ttlMs: 90_000 });
    const waiting = hold("ann", ["lab"], { waitMs: 600_000, onWait: (text) => told.push(text) });
    await clock.advance(10_000);
    register.trouble = new Error("EIO");
    await expect(hold("cem", ["lab"], { waitMs: 600_000 })).rejects.toThrow("EIO");
    await clock.advance(60_000);
    register.trouble = undefined;
    await clock.advance(30_000);
    expect((await waiting)[0]?.record.holder).toBe("ann");
    expect(told[1]).toMatch(/^EIO \(waiting for \d+ s at most\)$/);
  });

  test("ends at once when it is cancelled", async () => {
    await leases.acquire({ bed: "lab", holder: "bob", ttlMs: 90_000 });
    const end = new AbortController();
    const waiting = hold("ann", ["lab"], { waitMs: 600_000, signal: end.signal });
    await clock.advance(1000);
    end.abort(new Error("interrupted"));
    await expect(waiting).rejects.toThrow("interrupted");
  });
});
