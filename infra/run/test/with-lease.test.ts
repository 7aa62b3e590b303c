import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { fileMarks, type BedMark } from "@kubera-e2e/lifecycle/bed-marks";
import { systemClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { readSettings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { expect, onTestFinished, test, vi } from "vitest";
import { BedSession } from "../src/bed-session.ts";
import { FileLeaseStore } from "../src/file-lease-store.ts";
import { withLease, type LeasedBed } from "../src/with-lease.ts";
import { failureOf } from "./failure-of.ts";

type Left = "free" | "dirty" | "broken";
type Mark = Pick<BedMark, "state" | "because"> & Partial<Pick<BedMark, "holds" | "undone">>;

const BED = {
  name: "lab",
  clusters: [],
  director: { namespace: "kubera" },
  lease: { store: "file", ttl: 90_000, skew: 2000, call: 10_000 },
} as unknown as TestBed;
const CLEAN: Mark = { state: "clean", because: "restored" };
const DIRTY: Mark = { state: "dirty", because: "its VMs are off" };
const EVIDENCE: Mark = { state: "dirty", holds: "frozen:r1", because: "a frozen state was brought back" };
const BROKEN: Mark = { state: "broken", because: "a restore was begun" };

/** A bed whose last holder left its lease and its mark so. */
const stage = async (lease: Left | undefined, mark: Mark | undefined) => {
  const folder = mkdtempSync(join(tmpdir(), "kubera-lease-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const leases = new FileLeaseStore(folder);
  const marks = fileMarks(folder);
  let minute = 0;
  const write = (next: Mark): Promise<void> => marks.write({ bed: "lab", ...next, at: new Date(60_000 * minute++).toISOString() });
  if (mark !== undefined) await write(mark);
  if (lease !== undefined)
    await leases.release(await leases.acquire({ bed: "lab", holder: "ann", ttlMs: 60_000 }), { state: lease, reason: "of before" });
  const context = { bed: BED, marks, machines: {} } as unknown as BedContext;
  const left = async (): Promise<string> => {
    const { state, reason = "" } = (await leases.read("lab")) ?? {};
    return `${state}: ${reason}`;
  };
  const use = (work: (bed: LeasedBed) => Promise<void>): Promise<void> =>
    withLease({ context, reason: "gc", settings: readSettings({ KUBERA_STORE: folder }) }, work);
  return { leases, write, left, use, context };
};

test.each<[Left | undefined, Mark | undefined, string]>([
  ["broken", CLEAN, "broken: of before"],
  ["dirty", CLEAN, "dirty: of before"],
  ["broken", DIRTY, "broken: of before"],
  ["free", CLEAN, "free: "],
  ["free", EVIDENCE, "dirty: a frozen state was brought back"],
  ["free", BROKEN, "broken: a restore was begun"],
  [undefined, undefined, "free: "],
])("a bed left %s with the mark %j is given back as before by work that touches nothing, also when it fails", async (lease, mark, told) => {
  const { left, use } = await stage(lease, mark);
  await use(async () => {});
  expect(await left()).toBe(told);
  await expect(use(() => Promise.reject(new Error("no set")))).rejects.toThrow("no set");
  expect(await left()).toBe(told);
});

test.each<[string, Mark, string]>([
  ["has cleaned", CLEAN, "free: "],
  ["has left with its VMs off", DIRTY, "dirty: its VMs are off"],
  ["has left in the middle of a restore", BROKEN, "broken: a restore was begun"],
])("a bed that the work %s is given back so", async (_what, mark, told) => {
  const { left, use, write } = await stage("broken", BROKEN);
  await use(() => write(mark));
  expect(await left()).toBe(told);
});

const DIED = "a restore to bare was begun and its end was not told";

/** Holds the bed on another computer, which shares no mark, and dies in the middle of a restore. */
const diesElsewhere = async (leases: FileLeaseStore): Promise<void> => {
  const lease = await leases.acquire({ bed: "lab", holder: "ann", ttlMs: 60_000, reason: "restore bare" });
  await leases.renew(lease, -1, { mixed: DIED });
};

test.each<[string, Mark | undefined, Pick<LeaseRecord, "state" | "mixed">]>([
  ["touches nothing", undefined, { state: "broken", mixed: DIED }],
  ["disposes of half of it", { ...BROKEN, undone: "dispose" }, { state: "broken", mixed: DIED }],
  ["disposes of it", { ...BROKEN, undone: "setup" }, { state: "broken" }],
  ["restores it", CLEAN, { state: "free" }],
  ["restores it and goes on", DIRTY, { state: "dirty" }],
  ["restores half of it", BROKEN, { state: "broken", mixed: BROKEN.because }],
])("where a restore died on another computer, work that %s tells the next", async (_what, mark, told) => {
  const { leases, use } = await stage(undefined, undefined);
  await diesElsewhere(leases);
  await use(async ({ context }) => {
    expect(context.mixed?.()).toBe(DIED);
    if (mark !== undefined) await context.marks.write({ bed: "lab", ...mark, at: new Date(0).toISOString() });
  });
  const record = await leases.read("lab");
  expect({ state: record?.state, mixed: record?.mixed }).toEqual({ mixed: undefined, ...told });
});

test("knows of what died between a look at the lease and its taking", async () => {
  const { leases, use } = await stage(undefined, undefined);
  const read = leases.read.bind(leases);
  vi.spyOn(FileLeaseStore.prototype, "read").mockImplementationOnce(async (bed) => {
    const before = await read(bed);
    await diesElsewhere(leases);
    return before;
  });
  await use(async ({ context }) => expect(context.mixed?.()).toBe(DIED));
  expect(await leases.read("lab")).toMatchObject({ state: "broken", mixed: DIED });
});

test("a bed on which evidence was brought back is frozen: nobody takes it before somebody gives it back", async () => {
  const { leases, left, use, write } = await stage("free", CLEAN);
  await use(() => write(EVIDENCE));
  expect(await left()).toBe("frozen: frozen:r1: a frozen state was brought back");
  expect((await failureOf(use(() => write(CLEAN)))).code).toBe("LEASE_HELD");
  const frozen = await leases.read("lab");
  if (frozen !== undefined) await leases.release(frozen, { state: "dirty" });
  await use(() => write(CLEAN));
  expect(await left()).toBe("free: ");
});

/** A run on a bed that its last holder left so; `marks` of this computer, a store of leases that all share. */
const runOn = async (lease: Left | undefined, mark: Mark | undefined, cleans = false) => {
  const { leases, left, context } = await stage(lease, mark);
  const opened = { ...context, clock: systemClock, onProgress: () => {}, close: async () => {} };
  const options = { bed: BED, run: "r1", artifacts: "", leases, cleans, redactor: new Redactor(), onProgress: () => {}, onLost: () => {} };
  const open = (openContext = async (): Promise<BedContext> => opened) => BedSession.open({ ...options, openContext });
  return { leases, left, open };
};

test.each<[Left | undefined, Mark | undefined, string]>([
  ["free", undefined, "dirty: used by run r1"],
  ["dirty", undefined, "dirty: used by run r1"],
  ["free", CLEAN, "dirty: used by run r1"],
  ["free", DIRTY, "dirty: its VMs are off"],
])("a bed left %s with the mark %j that tests used and nobody restored is given back dirty", async (lease, mark, told) => {
  const { left, open } = await runOn(lease, mark);
  const session = await open();
  await session.markUsed();
  await session.close(undefined);
  expect(await left()).toBe(told);
});

test.each<[Left | undefined, Mark | undefined, string]>([
  ["broken", undefined, "broken: of before"],
  ["dirty", CLEAN, "dirty: of before"],
  ["free", CLEAN, "free: "],
])("a bed left %s with the mark %j that no test came to is given back as it was found", async (lease, mark, told) => {
  const { left, open } = await runOn(lease, mark, true);
  await (await open()).close(undefined);
  expect(await left()).toBe(told);
});

test("runs that restore nothing neither say that they revert nor take the word away", async () => {
  const { leases, left, open } = await runOn(undefined, undefined);
  await diesElsewhere(leases);
  for (let run = 0; run < 2; run += 1) {
    const session = await open();
    await session.markUsed();
    await session.close(undefined);
    expect(await left()).toMatch(/^broken: /);
    expect((await leases.read("lab"))?.mixed).toBe(DIED);
  }
});

test("a bed that a run could not even open is given back as it was found", async () => {
  const { left, open } = await runOn("dirty", undefined);
  await expect(open(() => Promise.reject(new Error("no route")))).rejects.toThrow("no route");
  expect(await left()).toBe("dirty: of before");
});
