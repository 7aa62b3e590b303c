import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWhole } from "../src/write-whole.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("makes its folder, and a file that only its user can read", async () => {
  const file = join(folder, "a", "b.json");
  await writeWhole(file, "first");
  await writeWhole(file, "second");
  expect(readFileSync(file, "utf8")).toBe("second");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "a"))).toEqual(["b.json"]);
});

test("keeps one of many texts that are written at the same time, whole", async () => {
  const file = join(folder, "b.json");
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(100_000));
  await Promise.all(texts.map((text) => writeWhole(file, text)));
  expect(texts).toContain(readFileSync(file, "utf8"));
  expect(readdirSync(folder)).toEqual(["b.json"]);
});

test("leaves nothing behind when it fails", async () => {
  const file = join(folder, "taken");
  mkdirSync(file);
  await expect(writeWhole(file, "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(["taken"]);
});
