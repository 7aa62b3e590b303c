import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { fileMarks } from "@kubera-e2e/lifecycle/bed-marks";
import { readSettings } from "@kubera-e2e/schema/settings";
import { afterAll, expect, test } from "vitest";
import { withLease } from "../src/with-lease.ts";

const folder = mkdtempSync(join(tmpdir(), "lease-fence-"));
afterAll(() => rmSync(folder, { recursive: true }));

const clientsOf = (bed: string, call: number, done: string[]): BedContext =>
  ({
    bed: { name: bed, lease: { store: "file", ttl: 30_000, skew: 0, call } },
    marks: fileMarks(folder),
    machines: { powerOff: async (vm: string) => void done.push(vm) },
  }) as unknown as BedContext;

/** What clients that are opened while the bed is held may still do; the holder stops `call` ms before the lease of 30 s ends. */
const openedLater = async (bed: string, call: number): Promise<readonly string[]> => {
  const done: string[] = [];
  const context = clientsOf(bed, call, done);
  await withLease({ context, reason: "renew", settings: readSettings({ KUBERA_STORE: folder }) }, async ({ fence }) =>
    fence(clientsOf(bed, call, done)).machines.powerOff("a1"),
  ).catch((error: unknown) => done.push((error as Error).message.split("]")[0] ?? ""));
  return done;
};

test.each([
  ["lasts", 0, ["a1"]],
  ["may be over", 30_000, ["[LEASE_LOST"]],
])("clients that are opened while a bed is held write to it only for as long as its lease: it %s", async (words, call, done) => {
  expect(await openedLater(words.replaceAll(" ", "-"), call)).toEqual(done);
});
