import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileRegister } from "../src/file-register.ts";
import { FileLeaseStore } from "../src/index.ts";
import { RegisterLeases } from "../src/register-leases.ts";
import { failureOf } from "./failure-of.ts";

let folder = "";
let clock: FakeClock;
let store: FileLeaseStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-leases-"));
  clock = new FakeClock();
  store = new FileLeaseStore(folder, clock);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const request = (holder: string, reason?: string) => ({ bed: "konvoy", holder, ttlMs: 90_000, ...(reason !== undefined && { reason }) });

describe("FileLeaseStore", () => {
  test("knows nothing of a bed that nobody has held", async () => {
    expect(await store.read("konvoy")).toBeUndefined();
  });

  test("leaves nothing behind when it only looks", async () => {
    await store.read("konvoy");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says which folder it cannot write, and what to set", async () => {
    writeFileSync(join(folder, "file"), "");
    const inFile = new FileLeaseStore(join(folder, "file"), clock);
    expect((await failureOf(inFile.acquire(request("ann")))).message).toMatch(
      new RegExp(
        [
          "^\\[SETTING_INVALID\\] the folder for leases cannot be written, so no bed can be held",
          `  where:   ${join(folder, "file", "leases")}`,
          "  because: ENOTDIR.*",
          "  fix:     Set KUBERA_STORE to a folder that you may write and that all users of the bed share; the default is in the home folder.$",
        ].join("\n"),
      ),
    );
  });

  test("gives the bed to the first, for its time, and names him to the second", async () => {
    const lease = await store.acquire(request("ann@ci process 1", "run r1"));
    expect(lease).toEqual({
      schema: "kubera-e2e/lease@1",
      bed: "konvoy",
      state: "busy",
      holder: "ann@ci process 1",
      token: 1,
      since: "2026-01-01T00:00:00.000Z",
      until: "2026-01-01T00:01:30.000Z",
      reason: "run r1",
    });
    const other = new FileLeaseStore(folder, clock);
    expect((await failureOf(other.acquire(request("bob@ci process 2")))).message)
      .toBe(`[LEASE_HELD] the bed konvoy is held by ann@ci process 1
  where:   bed konvoy, lease 1
  because: since 2026-01-01T00:00:00.000Z, until 2026-01-01T00:01:30.000Z unless renewed: run r1
  fix:     Wait, use another bed (e2e bed list), or ask its holder; a holder that died is taken for dead after that time.`);
  });

  test("lets beds not stand in each other's way", async () => {
    await store.acquire(request("ann"));
    expect((await store.acquire({ ...request("bob"), bed: "rancher" })).token).toBe(1);
  });

  test("gives the bed to exactly one of many who ask at the same time", async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => new FileLeaseStore(folder, clock).acquire(request(`worker ${index}`))),
    );
    const won = asked.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect((await store.read("konvoy"))?.holder).toBe(won[0]?.value.holder);
    expect(readdirSync(join(folder, "leases", "konvoy"))).toEqual(["1.json"]);
  });

  test.each(["free", "dirty", "broken"] as const)("gives a bed that was given back %s to the next, with a higher token", async (state) => {
    const lease = await store.acquire(request("ann"));
    await store.release(lease, { state, reason: "because" });
    expect(await store.read("konvoy")).toMatchObject({ state, reason: "because", holder: "ann" });
    expect((await store.acquire(request("bob"))).token).toBe(2);
  });

  test("takes a holder for dead when his time has passed without a renewal, and not before", async () => {
    const lease = await store.acquire(request("ann"));
    await clock.advance(60_000);
    await store.renew(lease, 90_000);
    await clock.advance(89_999);
    expect((await failureOf(store.acquire(request("bob")))).code).toBe("LEASE_HELD");
    await clock.advance(1);
    expect(await store.acquire(request("bob"))).toMatchObject({ token: 2, holder: "bob" });
  });

  test("gives a bed whose holder died to exactly one of many", async () => {
    await store.acquire(request("ann"));
    await clock.advance(90_000);
    const asked = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => store.acquire(request(`worker ${index}`))));
    expect(asked.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  test.each([
    ["renew", (lease: Awaited<ReturnType<typeof store.acquire>>) => store.renew(lease, 1000)],
    ["release", (lease: Awaited<ReturnType<typeof store.acquire>>) => store.release(lease, { state: "free" })],
  ])("does not let a former holder %s", async (_case, act) => {
    const old = await store.acquire(request("ann"));
    await clock.advance(90_000);
    await store.acquire(request("bob"));
    expect((await failureOf(act(old))).message).toBe(`[LEASE_HELD] the bed konvoy is no longer held by ann
  where:   bed konvoy, lease 1
  because: bob holds lease 2 since 2026-01-01T00:01:30.000Z, until 2026-01-01T00:03:00.000Z, state busy
  fix:     The run stopped renewing for longer than its lease, and another took the bed: results from then on do not count. Run again.`);
    expect(await store.read("konvoy")).toMatchObject({ holder: "bob", state: "busy" });
  });

  test("does not renew what was given back", async () => {
    const lease = await store.acquire(request("ann"));
    await store.release(lease, { state: "free" });
    expect((await failureOf(store.renew(lease, 1000))).code).toBe("LEASE_HELD");
  });

  test("keeps a bed that is frozen, however late it is", async () => {
    const lease = await store.acquire(request("ann"));
    writeFileSync(join(folder, "leases", "konvoy", "1.json"), JSON.stringify({ ...lease, state: "frozen" }));
    await clock.advance(10 * 86_400_000);
    const failure = await failureOf(store.acquire(request("bob")));
    expect(failure.because).toBe("since 2026-01-01T00:00:00.000Z, it stays until somebody gives it back");
    expect(failure.fix).toBe(
      "Use another bed (e2e bed list), or give it back when nobody needs what is on it any more: e2e bed release konvoy",
    );
  });

  test("lets a renewal and a newcomer at the last moment not both have the bed", async () => {
    const lease = await store.acquire(request("ann"));
    const register = new FileRegister(join(folder, "leases"));
    const seen = await register.read("konvoy");
    await clock.advance(90_000);
    const next = { ...lease, holder: "bob", token: 2 };
    await store.renew(lease, 90_000);
    expect(await register.write(next, seen.version)).toBe(false);
    expect(await store.read("konvoy")).toMatchObject({ holder: "ann", token: 1 });
  });

  test("refuses a writer that stood still until its number was forgotten, and leaves nothing of it", async () => {
    const register = new FileRegister(join(folder, "leases"));
    const lease = await store.acquire(request("ann"));
    const seen = await register.read("konvoy");
    for (let turn = 0; turn < 20; turn += 1) await store.renew(lease, 90_000);
    const before = readdirSync(join(folder, "leases", "konvoy"));
    expect(before).not.toContain("2.json");
    expect(await register.write({ ...lease, holder: "bob", token: 2 }, seen.version)).toBe(false);
    expect(readdirSync(join(folder, "leases", "konvoy"))).toEqual(before);
  });

  test("sweeps what a process that died between two calls has left, and not what one is about to use", async () => {
    const leases = join(folder, "leases", "konvoy");
    const lease = await store.acquire(request("ann"));
    for (const name of ["2.json.1.old.draft", "2.json.1.new.draft"]) writeFileSync(join(leases, name), "");
    utimesSync(join(leases, "2.json.1.old.draft"), 0, 0);
    await store.renew(lease, 90_000);
    expect(readdirSync(leases).toSorted()).toEqual(["1.json", "2.json", "2.json.1.new.draft"]);
  });

  test("does not guess when the newest lease cannot be read", async () => {
    await store.acquire(request("ann"));
    const file = join(folder, "leases", "konvoy", "1.json");
    writeFileSync(file, "{");
    expect((await failureOf(store.acquire(request("bob")))).message).toBe(`[RESPONSE_INVALID] the lease of the bed konvoy cannot be read
  where:   ${file}
  because: it is not what this store writes, so nobody can tell who holds the bed
  fix:     Make sure nobody uses the bed, then delete the file.`);
  });

  test("says that a holder cannot be heard beside too many others, and that it still holds the bed", async () => {
    const lease = await store.acquire(request("ann"));
    const crowd = new RegisterLeases({ read: async () => ({ record: lease, version: "1" }), write: async () => false }, clock);
    const told = failureOf(crowd.renew(lease, 90_000));
    await clock.advance(60_000);
    expect((await told).message).toBe(`[LEASE_LOST] the lease of the bed konvoy could not be written
  where:   bed konvoy, lease 1
  because: others wrote to the same record of its store between every look and every write
  fix:     Run again; where many beds share one lock VM, give them more than one.`);
    expect((await store.read("konvoy"))?.holder).toBe("ann");
  });

  test("forgets old holders", async () => {
    for (let turn = 0; turn < 15; turn += 1) await store.release(await store.acquire(request("ann")), { state: "free" });
    const kept = readdirSync(join(folder, "leases", "konvoy"));
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept).toContain("30.json");
  });
});
