import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeasePort, LeaseRecord } from "@kubera-e2e/schema/lease";
import { describe, expect, test } from "vitest";
import { HeldLease } from "../src/held-lease.ts";

/** A store whose renewals can be made to fail. */
class MemoryLeases implements LeasePort {
  readonly journal: string[] = [];
  readonly #clock: FakeClock;
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

  renew(lease: LeaseRecord, ttlMs: number): Promise<LeaseRecord> {
    this.journal.push("renew");
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    return Promise.resolve({ ...lease, until: new Date(this.#clock.now() + ttlMs).toISOString() });
  }

  release(_lease: LeaseRecord, state: string, reason?: string): Promise<void> {
    this.journal.push(`release ${state}${reason === undefined ? "" : ` ${reason}`}`);
    return Promise.resolve();
  }

  read(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

const taken = new KuberaError("LEASE_HELD", { what: "the bed is no longer held", where: "x", because: "y", fix: "z" });

const hold = async () => {
  const clock = new FakeClock();
  const leases = new MemoryLeases(clock);
  const lost: unknown[] = [];
  const lease = await HeldLease.hold({ leases, bed: "konvoy", reason: "run r1", clock, onLost: (error) => lost.push(error) });
  return { clock, leases, lost, lease };
};

describe("HeldLease", () => {
  test("renews thrice within its time until it is released, and not after", async () => {
    const { clock, leases, lease } = await hold();
    await clock.advance(65_000);
    await lease.release("broken", "disk full");
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
    await lease.release("free");
    expect(leases.journal).toEqual(["acquire konvoy", "renew"]);
  });

  test("asks a store that stutters again, and is lost only when its time has passed", async () => {
    const { clock, leases, lost } = await hold();
    leases.trouble = new Error("EIO");
    await clock.advance(60_000);
    expect(lost).toEqual([]);
    await clock.advance(30_000);
    expect(lost).toEqual([leases.trouble]);
  });
});
