import { expect, test } from "vitest";
import { refuseBroken } from "../src/refuse-broken.ts";
import { labBed, MemoryBed } from "./memory-bed.ts";

const AT = "2026-01-01T00:00:00.000Z";
const BROKEN = { bed: "lab", state: "broken", because: "a restore to bare was begun and its end was not told", at: AT } as const;

test.each([
  ["nothing is known of", undefined],
  ["is dirty", { ...BROKEN, state: "dirty" }],
  ["is broken by a snapshot that died", { ...BROKEN, undone: "snapshot" }],
] as const)("a set is taken of a bed that %s", async (_title, mark) => {
  const memory = new MemoryBed(labBed());
  if (mark !== undefined) await memory.context.marks.write(mark);
  await expect(refuseBroken(memory.context)).resolves.toBeUndefined();
});

test("no set is taken of a bed whose restore died", async () => {
  const memory = new MemoryBed(labBed());
  await memory.context.marks.write(BROKEN);
  const refused = await refuseBroken(memory.context).catch((error: unknown) => (error as Error).message);
  expect(refused).toBe(
    [
      "[SET_REFUSED] no set is taken of the bed lab, which is broken",
      `  where:   its mark of ${AT}`,
      "  because: a restore to bare was begun and its end was not told; its VMs may stand at different times",
      "  fix:     Restore it first: e2e bed restore lab --state bare, or another state it has a set of (e2e bed plan).",
    ].join("\n"),
  );
});
