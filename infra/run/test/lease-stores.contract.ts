import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LeaseRegister } from "../src/lease-register.ts";
import { RegisterLeases } from "../src/register-leases.ts";
import { failureOf } from "./failure-of.ts";
import { STORES, type Place, type StoreTarget } from "./lease-stores.ts";

interface Deviation {
  readonly id: string;
  readonly targets: readonly string[];
  readonly cases: readonly string[];
}

interface Stage {
  readonly bed: string;
  readonly clock: FakeClock;
  readonly leases: RegisterLeases;
  readonly register: LeaseRegister;
  readonly registers: (count: number) => Promise<LeaseRegister[]>;
  /** Leases as another process sees them. */
  readonly others: () => Promise<RegisterLeases>;
}

const requestOf = (bed: string, holder: string, over: object = {}) => ({ bed, holder, ttlMs: 90_000, ...over });

const CASES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  "knows nothing of a bed that nobody has held": async ({ bed, leases }) => {
    expect(await leases.read(bed)).toBeUndefined();
  },
  "keeps every field of a record": async ({ bed, leases, others }) => {
    const lease = await leases.acquire(requestOf(bed, "ann@ci process 1", { reason: 'run "r1" & <more>', nonce: "n-1" }));
    expect(lease).toEqual({
      schema: "kubera-e2e/lease@1",
      bed,
      state: "busy",
      holder: "ann@ci process 1",
      token: 1,
      since: "2026-01-01T00:00:00.000Z",
      until: "2026-01-01T00:01:30.000Z",
      reason: 'run "r1" & <more>',
      nonce: "n-1",
    });
    expect(await (await others()).read(bed)).toEqual(lease);
  },
  "leaves nothing of the holder before in a record": async ({ bed, leases }) => {
    await leases.release(await leases.acquire(requestOf(bed, "ann", { reason: "r1", nonce: "n-1" })), { state: "free" });
    const next = await leases.acquire(requestOf(bed, "bob"));
    expect(await leases.read(bed)).toEqual(next);
    expect(next).not.toHaveProperty("nonce");
    expect(next).not.toHaveProperty("reason");
  },
  "keeps others out, naming the holder": async ({ bed, leases, others }) => {
    await leases.acquire(requestOf(bed, "ann", { reason: "run r1" }));
    const failure = await failureOf((await others()).acquire(requestOf(bed, "bob")));
    expect(failure.code).toBe("LEASE_HELD");
    expect(failure.because).toBe("since 2026-01-01T00:00:00.000Z, until 2026-01-01T00:01:30.000Z unless renewed: run r1");
  },
  "lets beds not stand in each other's way": async ({ bed, leases }) => {
    await leases.acquire(requestOf(bed, "ann"));
    await leases.acquire(requestOf(`${bed}-2`, "bob"));
    expect(await leases.read(bed)).toMatchObject({ holder: "ann" });
    expect(await leases.read(`${bed}-2`)).toMatchObject({ holder: "bob", token: 1 });
  },
  "lets one of many take the bed who found it free at the same time": async ({ bed, clock, leases, registers }) => {
    const all = await registers(8);
    const seen = await Promise.all(all.map((register) => register.read(bed)));
    const until = new Date(clock.now() + 90_000).toISOString();
    const record = {
      schema: "kubera-e2e/lease@1",
      bed,
      state: "busy",
      token: 1,
      since: new Date(clock.now()).toISOString(),
      until,
    } as const;
    const written = await Promise.all(
      all.map((register, index) => register.write({ ...record, holder: `w${index}` }, seen[index]?.version)),
    );
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await leases.read(bed)).toMatchObject({ holder: `w${written.indexOf(true)}` });
  },
  "does not replace what was written since it was read": async ({ bed, leases, register }) => {
    const lease = await leases.acquire(requestOf(bed, "ann"));
    const { version } = await register.read(bed);
    await leases.renew(lease, 60_000);
    expect(await register.write({ ...lease, holder: "bob", token: 2 }, version)).toBe(false);
    expect(await leases.read(bed)).toMatchObject({ holder: "ann", token: 1 });
  },
  "takes a holder for dead when its time has passed, and refuses it from then on": async ({ bed, clock, leases, others }) => {
    const old = await leases.acquire(requestOf(bed, "ann"));
    await clock.advance(60_000);
    expect(await leases.renew(old, 90_000)).toMatchObject({ token: 1, until: "2026-01-01T00:02:30.000Z" });
    await clock.advance(89_999);
    expect((await failureOf((await others()).acquire(requestOf(bed, "bob")))).code).toBe("LEASE_HELD");
    await clock.advance(1);
    expect(await (await others()).acquire(requestOf(bed, "bob"))).toMatchObject({ token: 2, holder: "bob" });
    expect((await failureOf(leases.renew(old, 90_000))).what).toBe(`the bed ${bed} is no longer held by ann`);
    expect((await failureOf(leases.release(old, { state: "free" }))).what).toBe(`the bed ${bed} is no longer held by ann`);
  },
  "tells that its holder cleans the bed, which keeps others out as well": async ({ bed, leases, others }) => {
    const lease = await leases.acquire(requestOf(bed, "ann", { reason: "run r1" }));
    const cleaning = await leases.renew(lease, 90_000, { state: "cleaning", reason: "restoring bare" });
    expect(await (await others()).read(bed)).toEqual({ ...lease, state: "cleaning", reason: "restoring bare" });
    expect((await failureOf((await others()).acquire(requestOf(bed, "bob")))).code).toBe("LEASE_HELD");
    await leases.release(cleaning, { state: "free" });
    expect(await leases.read(bed)).toMatchObject({ state: "free", token: 1 });
  },
  "keeps a bed for a person until the named time": async ({ bed, clock, leases, others }) => {
    await leases.acquire(requestOf(bed, "ann", { state: "held", ttlMs: 86_400_000, reason: "looking at a failure" }));
    await clock.advance(86_399_999);
    expect((await failureOf((await others()).acquire(requestOf(bed, "bob")))).because).toBe(
      "since 2026-01-01T00:00:00.000Z, until 2026-01-02T00:00:00.000Z: looking at a failure",
    );
    await clock.advance(1);
    expect(await (await others()).acquire(requestOf(bed, "bob"))).toMatchObject({ token: 2 });
  },
  "gives a bed that was left dirty or broken to the next": async ({ bed, leases }) => {
    await leases.release(await leases.acquire(requestOf(bed, "ann")), { state: "dirty", reason: "no time" });
    expect(await leases.read(bed)).toMatchObject({ state: "dirty", reason: "no time", holder: "ann" });
    await leases.release(await leases.acquire(requestOf(bed, "bob")), { state: "broken", reason: "no disk" });
    expect(await leases.acquire(requestOf(bed, "cem"))).toMatchObject({ token: 3, state: "busy" });
  },
  "tells from holder to holder that a revert was begun, until somebody gives the bed back without": async ({
    bed,
    clock,
    leases,
    others,
  }) => {
    const mixed = "a restore to bare was begun and its end was not told";
    const restoring = await leases.renew(await leases.acquire(requestOf(bed, "ann", { reason: "restore bare" })), 90_000, { mixed });
    expect(restoring).toMatchObject({ state: "busy", reason: "restore bare", mixed });
    expect(await leases.renew(restoring, 90_000, { state: "cleaning", reason: "restoring" })).toMatchObject({ state: "cleaning", mixed });
    await clock.advance(90_000);
    const held = await (await others()).acquire(requestOf(bed, "bob", { state: "held" }));
    expect(await leases.read(bed)).toMatchObject({ state: "held", mixed });
    await leases.release(held, { state: "broken", reason: "given back", mixed });
    const last = await leases.acquire(requestOf(bed, "cem"));
    expect(last).toMatchObject({ holder: "cem", mixed });
    expect(await leases.renew(last, 90_000, { mixed: undefined })).not.toHaveProperty("mixed");
    await leases.release(last, { state: "free" });
    expect(await leases.read(bed)).not.toHaveProperty("mixed");
  },
  "does not renew what was given back": async ({ bed, leases }) => {
    const lease = await leases.acquire(requestOf(bed, "ann"));
    await leases.release(lease, { state: "free" });
    expect((await failureOf(leases.renew(lease, 1000))).code).toBe("LEASE_HELD");
  },
};

const deviations = JSON.parse(await readFile(join(import.meta.dirname, "deviations.json"), "utf8")) as Deviation[];
const absent = new Map(await Promise.all(STORES.map(async ({ name, absent }) => [name, await absent()] as const)));

/** A deviation is a promise as well: one that has gone must leave the list. */
const holdTo = async (target: StoreTarget, title: string, work: () => Promise<void>): Promise<void> => {
  const declared = deviations.find(({ targets, cases }) => targets.includes(target.name) && cases.includes(title));
  if (declared === undefined) return work();
  const failed = await work().then(
    () => false,
    () => true,
  );
  expect(failed, `${declared.id} no longer deviates on ${target.name}: take it out of deviations.json`).toBe(true);
};

describe.each(STORES.filter(({ name }) => absent.get(name) === undefined))("leases kept as $name", (target) => {
  let place: Place;
  let register: LeaseRegister;
  let clock: FakeClock;
  let beds = 0;

  beforeAll(async () => {
    place = await target.start();
    register = await place.register();
  });
  beforeEach(() => {
    clock = new FakeClock();
    beds += 1;
  });
  afterAll(() => place.stop());

  test.each(Object.entries(CASES))("%s", async (title, run) => {
    const others = async (): Promise<RegisterLeases> => new RegisterLeases(await place.register(), clock);
    const registers = (count: number): Promise<LeaseRegister[]> => Promise.all(Array.from({ length: count }, () => place.register()));
    const leases = new RegisterLeases(register, clock);
    expect.hasAssertions();
    await holdTo(target, title, () => run({ bed: `bed-${beds}`, clock, leases, register, registers, others }));
  });
});

const skipped = STORES.flatMap(({ name }) => ({ name, because: absent.get(name) ?? "" })).filter(({ because }) => because !== "");

test.for(skipped)("cannot be held against $name here: $because", ({ because }, { skip }) => {
  expect(because).toMatch(/\w/);
  skip(because);
});

test("declares deviations only of cases and stores that exist", () => {
  const names = new Set(STORES.map(({ name }) => name));
  expect(deviations.flatMap(({ cases }) => cases).filter((title) => !(title in CASES))).toEqual([]);
  expect(deviations.flatMap(({ targets }) => targets).filter((name) => !names.has(name))).toEqual([]);
});
