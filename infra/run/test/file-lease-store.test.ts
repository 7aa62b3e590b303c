import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileLeaseStore } from "../src/index.ts";
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
    await store.release(lease, state, "because");
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
    ["release", (lease: Awaited<ReturnType<typeof store.acquire>>) => store.release(lease, "free")],
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
    await store.release(lease, "free");
    expect((await failureOf(store.renew(lease, 1000))).code).toBe("LEASE_HELD");
  });

  test.each(["held", "frozen"] as const)("keeps a bed that a person has %s, however late it is", async (state) => {
    const lease = await store.acquire(request("ann"));
    writeFileSync(join(folder, "leases", "konvoy", "1.json"), JSON.stringify({ ...lease, state }));
    await clock.advance(10 * 86_400_000);
    expect((await failureOf(store.acquire(request("bob")))).code).toBe("LEASE_HELD");
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

  test("forgets old holders", async () => {
    for (let turn = 0; turn < 15; turn += 1) await store.release(await store.acquire(request("ann")), "free");
    const kept = readdirSync(join(folder, "leases", "konvoy"));
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept).toContain("15.json");
  });
});
