import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeaseChange, LeasePort, LeaseRecord, LeftBed } from "@kubera-e2e/schema/lease";
import { describe, expect, test } from "vitest";
import { HeldLease } from "../src/held-lease.ts";

/** A store whose renewals can be made to fail. */
class MemoryLeases implements LeasePort {
  readonly journal: string[] = [];
  readonly #clock: FakeClock;
  answerMs = 0;
  trouble: Error | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  acquire({ bed, holder, ttlMs }: { bed: string; holder: string; ttlMs: number }): Promise<LeaseRecord> {
    this.journal.push(`acquire ${bed}`);
    const now = this.#clock.now();
    const at = (ms: number): string => new Date(ms).toISOString();
    return Promise.resolve({ schema: "kubera-e2e/lease@1", bed, state: "busy", holder, token: 1, since: at(now), until: at(now + ttlMs) });
  }

  async renew(lease: LeaseRecord, ttlMs: number, change?: LeaseChange): Promise<LeaseRecord> {
    this.journal.push(change === undefined ? "renew" : `renew ${"state" in change ? change.state : `mixed ${change.mixed}`}`);
    if (this.trouble !== undefined) throw this.trouble;
    const until = new Date(this.#clock.now() + ttlMs).toISOString();
    if (this.answerMs > 0) await this.#clock.sleep(this.answerMs);
    return { ...lease, ...change, until };
  }

  release(_lease: LeaseRecord, { state, reason, mixed }: LeftBed): Promise<void> {
    this.journal.push(
      ["release", state, ...(reason === undefined ? [] : [reason]), ...(mixed === undefined ? [] : [`(mixed: ${mixed})`])].join(" "),
    );
    return Promise.resolve();
  }

  read(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

const taken = new KuberaError("LEASE_HELD", { what: "the bed is no longer held", where: "x", because: "y", fix: "z" });

/** A clock on whose computer the lid can be closed. */
class LaptopClock extends FakeClock {
  #asleepMs = 0;

  override now(): number {
    return super.now() + this.#asleepMs;
  }

  wakeUpAfter(ms: number): void {
    this.#asleepMs += ms;
  }
}

const hold = async () => {
  const clock = new LaptopClock();
  const leases = new MemoryLeases(clock);
  const lost: unknown[] = [];
  const lease = await HeldLease.hold({ leases, bed: "konvoy", reason: "run r1", clock, onLost: (error) => lost.push(error) });
  return { clock, leases, lost, lease };
};

describe("HeldLease", () => {
  test("renews thrice within its time until it is released, and not after", async () => {
    const { clock, leases, lease } = await hold();
    await clock.advance(65_000);
    await lease.release({ state: "broken", reason: "disk full" });
    await clock.advance(120_000);
    expect(leases.journal).toEqual(["acquire konvoy", "renew", "renew", "release broken disk full"]);
  });

  test("names its holder as user, host and process", async () => {
    const { lease } = await hold();
    expect(lease.record.holder).toMatch(new RegExp(`^\\S.*@\\S+ process ${process.pid}$`));
  });

  test("tells that it is lost once somebody else has the bed, and then gives nothing back", async () => {
    const { clock, leases, lost, lease } = await hold();
    leases.trouble = taken;
    await clock.advance(95_000);
    expect(lost).toEqual([taken]);
    await lease.release({ state: "free" });
    expect(leases.journal).toEqual(["acquire konvoy", "renew"]);
  });

  test("asks a store that stutters again, and stops before its time can have passed for anybody", async () => {
    const { clock, leases, lost, lease } = await hold();
    leases.trouble = new Error("EIO");
    await clock.advance(77_999);
    expect(lost).toEqual([]);
    expect(() => lease.throwIfOver()).not.toThrow();
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(lost.map(String)).toEqual([
      `KuberaError: [LEASE_LOST] the lease of the bed konvoy could not be renewed in time
  where:   bed konvoy, lease 1
  because: others may take it from 2026-01-01T00:01:30.000Z on; the last renewal failed: EIO
  fix:     Look at the store that the bed's file names under lease: nothing more was done to the bed. Run again.`,
    ]);
    expect(leases.journal.filter((line) => line === "renew").length).toBeGreaterThanOrEqual(8);
    await lease.release({ state: "free" });
    expect(leases.journal).not.toContain("release free");
  });

  test("outlives a minute without its store", async () => {
    const { clock, leases, lost } = await hold();
    await clock.advance(30_000);
    leases.trouble = new Error("EIO");
    await clock.advance(60_000);
    leases.trouble = undefined;
    await clock.advance(60_000);
    expect(lost).toEqual([]);
  });

  test("counts from when a renewal was begun, not from when it was answered", async () => {
    const { clock, leases, lost } = await hold();
    leases.answerMs = 20_000;
    await clock.advance(60_000);
    leases.trouble = new Error("EIO");
    await clock.advance(30_000 + 78_000 - 60_000 - 1);
    expect(lost).toEqual([]);
    await clock.advance(1);
    expect(lost).toHaveLength(1);
  });

  test("stops at once when the computer slept, which stops its timers but not the time", async () => {
    const { clock, lease, lost } = await hold();
    clock.wakeUpAfter(90_000);
    expect(() => lease.throwIfOver()).toThrow("others may take it from 2026-01-01T00:01:30.000Z on; this process stood still for too long");
    expect(lost).toHaveLength(1);
  });

  test("says what its holder does now, and keeps saying so", async () => {
    const { clock, leases, lease } = await hold();
    await lease.change({ state: "cleaning", reason: "restoring bare" });
    expect(lease.record).toMatchObject({ state: "cleaning", reason: "restoring bare" });
    await clock.advance(30_000);
    expect(leases.journal).toEqual(["acquire konvoy", "renew cleaning", "renew"]);
  });

  test("says that VMs may stand at different times before that is so, and gives the bed back so", async () => {
    const { leases, lease } = await hold();
    await lease.tellMixed("a restore was begun");
    await lease.tellMixed("a restore was begun");
    await lease.release({ state: "free" });
    expect(leases.journal).toEqual([
      "acquire konvoy",
      "renew mixed a restore was begun",
      "release broken a restore was begun (mixed: a restore was begun)",
    ]);
  });

  test("asks again until its word is stored, and says it at the release that all is well again", async () => {
    const { clock, leases, lease } = await hold();
    leases.trouble = new Error("EIO");
    const told = lease.tellMixed("a restore was begun");
    await clock.advance(10_000);
    leases.trouble = undefined;
    await clock.advance(5000);
    await told;
    leases.trouble = new Error("EIO");
    await lease.tellMixed(undefined);
    leases.trouble = undefined;
    await lease.release({ state: "free" });
    expect(leases.journal.filter((line) => line.startsWith("renew mixed a"))).toHaveLength(4);
    expect(leases.journal.at(-1)).toBe("release free");
  });

  test("lets nothing begin whose word could not be stored as long as it lasts", async () => {
    const { clock, leases, lease } = await hold();
    leases.trouble = new Error("EIO");
    const told = lease.tellMixed("a restore was begun").catch((error: unknown) => error);
    await clock.advance(78_000);
    expect(await told).toMatchObject({ code: "LEASE_LOST" });
    expect(lease.mixed).toBeUndefined();
  });

  test("is asked no longer once the signal of who asks aborts, and nothing is begun", async () => {
    const { clock, leases, lease } = await hold();
    const stop = new AbortController();
    leases.trouble = new Error("EIO");
    const told = lease.tellMixed("a restore was begun", stop.signal).catch((error: unknown) => error);
    await clock.advance(2000);
    stop.abort(new Error("Ctrl-C"));
    await clock.advance(0);
    expect(String(await told)).toBe("Error: Ctrl-C");
    expect(lease.mixed).toBeUndefined();
    leases.trouble = undefined;
    await lease.release({ state: "free" });
    expect(leases.journal.at(-1)).toBe("release free");
  });

  test("asks once for a better word of what it has told already, which the release says again", async () => {
    const { leases, lease } = await hold();
    await lease.tellMixed("a restore was begun");
    leases.trouble = new Error("EIO");
    await lease.tellMixed("no disk");
    leases.trouble = undefined;
    await lease.release({ state: "broken", reason: "no disk" });
    expect(leases.journal.at(-1)).toBe("release broken no disk (mixed: no disk)");
  });

  test("lets a second one wait for a word that is still on its way", async () => {
    const { clock, leases, lease } = await hold();
    leases.trouble = new Error("EIO");
    const told: string[] = [];
    const both = ["first", "second"].map((name) => lease.tellMixed("a restore was begun").then(() => told.push(name)));
    await clock.advance(2000);
    expect(told).toEqual([]);
    leases.trouble = undefined;
    await clock.advance(5000);
    await Promise.all(both);
    expect(told).toEqual(["first", "second"]);
  });

  test.each([["a restore was begun"], [undefined]])("is lost when the store says so to whatever it tells: mixed %s", async (mixed) => {
    const { leases, lease, lost } = await hold();
    if (mixed === undefined) await lease.tellMixed("begun");
    leases.trouble = taken;
    await lease.tellMixed(mixed).catch(() => {});
    expect(lost).toEqual([taken]);
  });
});
