import { expect, test } from "vitest";
import { refuseBroken } from "../src/refuse-broken.ts";
import { labBed, MemoryBed } from "./memory-bed.ts";

const AT = "2026-01-01T00:00:00.000Z";
const BROKEN = { bed: "lab", state: "broken", because: "a restore to bare was begun and its end was not told", at: AT } as const;
const LEFT = "a restore to bare of another computer was begun and its end was not told";

test.each([
  ["nothing is known of", undefined, undefined],
  ["is dirty", { ...BROKEN, state: "dirty" }, undefined],
  ["is broken by a snapshot that died", { ...BROKEN, undone: "snapshot" }, undefined],
  ["was disposed of", { ...BROKEN, undone: "setup" }, undefined],
] as const)("a set is taken of a bed that %s", async (_title, mark, left) => {
  const memory = new MemoryBed(labBed());
  if (mark !== undefined) await memory.context.marks.write(mark);
  await expect(refuseBroken({ ...memory.context, mixed: () => left })).resolves.toBeUndefined();
});

test.each([
  { title: "died here", mark: BROKEN, left: undefined, where: `its mark of ${AT}`, because: BROKEN.because },
  { title: "died elsewhere", mark: { ...BROKEN, state: "clean" }, left: LEFT, where: "its lease, as it was left", because: LEFT },
] as const)("no set is taken of a bed whose restore $title", async ({ mark, left, where, because }) => {
  const memory = new MemoryBed(labBed());
  await memory.context.marks.write(mark);
  const refused = await refuseBroken({ ...memory.context, mixed: () => left }).catch((error: unknown) => (error as Error).message);
  expect(refused).toBe(
    [
      "[SET_REFUSED] no set is taken of the bed lab, which is broken",
      `  where:   ${where}`,
      `  because: ${because}; its VMs may stand at different times`,
      "  fix:     Restore it first: e2e bed restore lab --state bare, or another state it has a set of (e2e bed plan). Where none can be restored, dispose of the bed and set it up anew, or bring all VMs to one time by hand and say so: e2e bed snapshot lab with --as-is.",
    ].join("\n"),
  );
});
