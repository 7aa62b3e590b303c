import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { readSetManifest, type SetManifest, setManifestSchema, snapshotName, vmsHash, writeSetManifest } from "../src/set.ts";

const MANIFEST: SetManifest = {
  schema: "kubera-e2e/set@1",
  set: "20260504-1",
  bed: "konvoy",
  state: "director@1.12.0",
  takenAt: "2026-05-04T09:00:00.000Z",
  memory: false,
  vms: 10,
  lastUsableDay: "2026-08-01",
};

test("reads what it wrote, also among other lines", () => {
  const line = writeSetManifest(MANIFEST);
  expect(line).not.toContain("\n");
  expect(line.length).toBeLessThan(4096);
  expect(readSetManifest(`taken by hand\n${line}\nkeep`)).toEqual(MANIFEST);
});

test("tells VMs apart by their names, in any order, in a few letters", () => {
  expect(vmsHash(["b", "a"])).toBe(vmsHash(["a", "b"]));
  expect(new Set([vmsHash(["a", "b"]), vmsHash(["a", "c"]), vmsHash(["ab"]), vmsHash(["a,b"])]).size).toBe(4);
  expect(vmsHash(["a"])).toMatch(/^[0-9a-f]{16}$/);
});

test("names the snapshot for people", () => {
  expect(snapshotName(MANIFEST)).toBe("kubera director@1.12.0 20260504-1");
});

describe("finds no set in", () => {
  test.each([
    ["an empty description", ""],
    ["a description of somebody else", "before upgrade"],
    ["a line that was cut short", writeSetManifest(MANIFEST).slice(0, -5)],
    ["a set with memory", writeSetManifest(MANIFEST).replace('"memory":false', '"memory":true')],
    ["a set of no VMs", writeSetManifest({ ...MANIFEST, vms: 0 })],
    ["a newer version", writeSetManifest(MANIFEST).replace("set@1", "set@2")],
  ])("%s", (_what, description) => {
    expect(readSetManifest(description)).toBeUndefined();
  });
});

test("never throws on any description", () => {
  assert(property(string(), (text) => readSetManifest(`kubera-e2e-set: ${text}`) === undefined));
});

test("refuses a day that is none", () => {
  expect(setManifestSchema.safeParse({ ...MANIFEST, lastUsableDay: "soon" }).success).toBe(false);
});
