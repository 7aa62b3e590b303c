import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { birthOf } from "../../src/control/process-life.ts";
import { findSharedSim, newSimFolder } from "../../src/control/sim-folder.ts";

const ME = process.pid;
const NOBODY = 2 ** 22 + 1;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sim-folder-"));
  vi.stubEnv("TMPDIR", root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** The folder of this user's sims, with these in it. */
const homeWith = (...names: readonly string[]): string => {
  const home = dirname(newSimFolder());
  for (const name of names) mkdirSync(join(home, name));
  return home;
};

test.each([
  { title: "sweeps what a dead process left", name: `sim-${NOBODY}-123-abc`, stays: false },
  { title: "sweeps what a dead process left whose number another one has now", name: `sim-${ME}-1-abc`, stays: false },
  { title: "keeps what belongs to a process that runs", name: `sim-${ME}-${birthOf(ME)}-abc`, stays: true },
  { title: "keeps what it does not know", name: "sim-of-somebody", stays: true },
  { title: "keeps what is no folder of a sim", name: "peers", stays: true },
])("$title", ({ name, stays }) => {
  const home = homeWith(name);
  writeFileSync(join(home, name, "values.json"), "{}");
  const fresh = newSimFolder();
  expect(readdirSync(home).includes(name)).toBe(stays);
  expect(readdirSync(home)).toContain(basename(fresh));
});

test.each([
  { title: "finds one that runs", folder: `sim-${ME}-${birthOf(ME)}-abc`, found: true },
  { title: "takes none for running whose process number was given anew", folder: `sim-${ME}-1-abc`, found: false },
])("$title", ({ folder, found }) => {
  const home = homeWith(folder);
  const url = { url: "https://127.0.0.1:1" };
  const sim = {
    schema: "kubera-e2e/sim-up@1",
    target: "sim",
    pid: ME,
    startedAt: "2026-05-04T09:00:00.000Z",
    folder: join(home, folder),
    values: "/v",
    ca: "/c",
    speed: 1,
    vsphere: url,
    registry: url,
    director: url,
    control: url,
    clusters: [],
  };
  writeFileSync(join(home, folder, "sim.json"), JSON.stringify(sim));
  writeFileSync(join(home, folder, "shared"), "");
  expect(findSharedSim()?.folder).toBe(found ? join(home, folder) : undefined);
});
