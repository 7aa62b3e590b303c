import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileMarks } from "../src/bed-marks.ts";
import { storeFolder } from "../src/store-folder.ts";
import { restoreLog } from "../src/restore-log.ts";
import { restoreFileSchema, type RestoreReport } from "../src/restore-report.ts";
import { readFileSync } from "node:fs";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-marks-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MARK = { bed: "lab", state: "clean", holds: "bare", set: "s1", because: "restored", at: "2026-01-01T00:00:00.000Z" } as const;

test("a mark is read as it was written, by whoever shares the store", async () => {
  expect(await fileMarks(folder).read("lab")).toBeUndefined();
  await fileMarks(folder).write(MARK);
  expect(await fileMarks(folder).read("lab")).toEqual({ schema: "kubera-e2e/bed-mark@1", ...MARK });
  expect(readdirSync(join(folder, "beds"))).toEqual(["lab.json"]);
});

test.each(["", "{", '{"schema":"kubera-e2e/bed-mark@2"}'])("a mark that reads %j means that nothing is known", async (text) => {
  mkdirSync(join(folder, "beds"), { recursive: true });
  writeFileSync(join(folder, "beds", "torn.json"), text);
  expect(await fileMarks(folder).read("torn")).toBeUndefined();
});

test("the store is KUBERA_STORE, or a folder in the home folder", () => {
  expect(storeFolder({ KUBERA_STORE: "/store" })).toBe("/store");
  expect(storeFolder({ KUBERA_STORE: undefined })).toMatch(/\.kubera-e2e$/);
  expect(storeFolder({ KUBERA_STORE: "/store" }, () => "")).toBe("/store");
  expect(() => storeFolder({ KUBERA_STORE: undefined }, () => "")).toThrow(
    [
      "[SETTING_INVALID] this user has no home folder",
      "  where:   HOME",
      "  because: HOME is empty, or unset for a user whom this computer does not know by name",
      "  fix:     Set HOME; or KUBERA_STORE for leases and bed marks, and absolute paths in the bed's file.",
    ].join("\n"),
  );
});

test("restore.json holds every restore of the process, in order", async () => {
  const report: RestoreReport = {
    schema: "kubera-e2e/restore@1",
    bed: "lab",
    state: "bare",
    set: "s1",
    startedAt: "2026-01-01T00:00:00.000Z",
    ms: 4711,
    outcome: "restored",
    limitations: [],
    steps: [{ phase: "revert", subject: "a1", vm: "a1", esxHost: "esx-1", startedAt: "2026-01-01T00:00:00.000Z", ms: 12, outcome: "done" }],
  };
  const log = restoreLog(join(folder, "run"));
  await log(report);
  await log({ ...report, state: "director@1.12.0" });
  await Promise.all([log, restoreLog(join(folder, "run"))].map((one, index) => one({ ...report, bed: `beside-${index}` })));
  const stored = restoreFileSchema.parse(JSON.parse(readFileSync(join(folder, "run", "restore.json"), "utf8")));
  const beside = [0, 1].map((index) => ({ ...report, bed: `beside-${index}` }));
  expect(stored).toEqual([report, { ...report, state: "director@1.12.0" }, ...beside]);
});

test("without a folder nothing is written", async () => {
  await expect(restoreLog(undefined)({} as RestoreReport)).resolves.toBeUndefined();
});
