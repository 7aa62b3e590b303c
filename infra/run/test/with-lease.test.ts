import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { fileMarks, type BedMark } from "@kubera-e2e/lifecycle/bed-marks";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { readSettings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { expect, onTestFinished, test } from "vitest";
import { BedSession } from "../src/bed-session.ts";
import { FileLeaseStore } from "../src/file-lease-store.ts";
import { withLease } from "../src/with-lease.ts";
import { failureOf } from "./failure-of.ts";

type Left = "free" | "dirty" | "broken";
type Mark = Pick<BedMark, "state" | "because"> & Partial<Pick<BedMark, "holds" | "undone">>;

const BED = { name: "lab", clusters: [], lease: { store: "file", ttl: 90_000, skew: 2000, call: 10_000 } } as unknown as TestBed;
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
  const use = (work: () => Promise<void>, reverts = false): Promise<void> =>
    withLease({ context, reason: "gc", reverts, settings: readSettings({ KUBERA_STORE: folder }) }, work);
  return { leases, write, left, use };
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

const DIED = "restore bare by ann was begun and its end was not told";

test.each<[string, Mark | undefined, Pick<LeaseRecord, "state" | "mixed">]>([
  ["touches nothing", undefined, { state: "broken", mixed: DIED }],
  ["disposes of half of it", { ...BROKEN, undone: "dispose" }, { state: "broken", mixed: DIED }],
  ["restores it", CLEAN, { state: "free" }],
  ["restores it and goes on", DIRTY, { state: "dirty" }],
  ["restores half of it", BROKEN, { state: "broken", mixed: BROKEN.because }],
])("where a restore died on another computer, work that %s tells the next", async (_what, mark, told) => {
  const { leases, use, write } = await stage(undefined, undefined);
  await leases.acquire({ bed: "lab", holder: "ann", ttlMs: -1, reason: "restore bare", reverts: true });
  await use(async () => mark && write(mark));
  const record = await leases.read("lab");
  expect({ state: record?.state, mixed: record?.mixed }).toEqual({ mixed: undefined, ...told });
});

test("a restore that is refused before it touches anything leaves no word of a revert", async () => {
  const { leases, left, use } = await stage("broken", undefined);
  await expect(use(() => Promise.reject(new Error("no such set")), true)).rejects.toThrow("no such set");
  expect(await left()).toBe("broken: of before");
  expect((await leases.read("lab"))?.mixed).toBeUndefined();
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

test("a bed that a run could not even open is given back as it was found", async () => {
  const { leases, left } = await stage("dirty", undefined);
  const opening = BedSession.open({
    bed: BED,
    run: "r1",
    artifacts: "",
    leases,
    cleans: true,
    redactor: new Redactor(),
    openContext: () => Promise.reject(new Error("no route")),
    onProgress: () => {},
    onLost: () => {},
  });
  await expect(opening).rejects.toThrow("no route");
  expect(await left()).toBe("dirty: of before");
});
