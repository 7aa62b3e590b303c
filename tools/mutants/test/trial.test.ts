import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestInfo } from "@playwright/test";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TrialFolder } from "../src/woven/trial-folder.ts";
import { tried } from "../src/woven/trial-test.ts";
import { trialTitle } from "../src/woven/trial-titles.ts";
import { TrialHooks } from "../src/woven/trial-hooks.ts";

const ID = "role:a:b";

let root: string;
let folder: TrialFolder;
let trial: TrialHooks;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kubera-trial-"));
  folder = new TrialFolder(root);
  folder.make({ records: false });
  trial = new TrialHooks(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

const lives = (): string => readFileSync(join(folder.path, "now"), "utf8");

/** As much of Playwright's as a trial asks. */
const testOf = (title: string) => {
  const told = { skipped: "", fails: false };
  const info = {
    title,
    annotations: [] as { type: string }[],
    errors: [] as object[],
    fail: () => void (told.fails = true),
    skip: (isLeftOut: boolean, because: string) => void (told.skipped = isLeftOut ? because : ""),
  };
  return Object.assign(info, { told }) as unknown as TestInfo & { readonly told: typeof told };
};

const underMutant = () => testOf(trialTitle("holds", { id: ID, isControl: false }));
const control = () => testOf(trialTitle("holds", { id: ID, isControl: true }));

interface Registered {
  readonly title: string;
  readonly body: (parts: unknown, testInfo: unknown) => Promise<void>;
}

/** What Playwright is told of one test, of which the mutant is chosen for `holds` alone. */
const registered = (title: string, body: () => Promise<void>, ends = true): readonly Registered[] => {
  folder.choose({ "TCID-A|holds": [{ id: ID, ends }] });
  const tests: Registered[] = [];
  const unwoven = (one: string, _: object, run: Registered["body"]) => void tests.push({ title: one, body: run });
  tried(unwoven, folder)(title, { annotation: [{ type: "plan", description: "TCID-A" }] }, body);
  return tests;
};

/** The test under its mutant. */
const trialOf = (body: () => Promise<void>, ends = true): Registered["body"] => {
  const [run] = registered("holds", body, ends);
  if (run === undefined) throw new Error("no trial was registered");
  return run.body;
};

it("a test is run under each mutant that was chosen for it, and behind it without; others are not run", () => {
  const body = async () => {};
  expect(registered("holds", body).map(({ title }) => title)).toEqual([`holds ⟦${ID}⟧`, `holds ⟦control:${ID}⟧`]);
  expect(registered("holds", body).map((one) => String(one.body))).toEqual([String(body), String(body)]);
  expect(registered("breaks", body)).toEqual([]);
});

it("a mutant lives while a green test is on its bed, and what its fixtures clean up is cleaned under it", async () => {
  const run = trialOf(async () => {
    expect(lives()).toBe(ID);
  });
  const test = underMutant();
  trial.begins(test);
  expect(lives()).toBe("");
  trial.isOnBed(test, { disturbs: false });
  await run({}, test);
  expect(lives()).toBe(ID);
  trial.rests();
  expect(lives()).toBe("");
  expect(trial.spoilsBed(test, { failed: false, disturbs: false })).toBe(false);
  expect(test.told).toEqual({ skipped: "", fails: false });
});

it("a red body ends its mutant, so that its bed is cleaned; the control behind it runs, and nothing further of it", async () => {
  const run = trialOf(() => Promise.reject(new Error("red")));
  const test = underMutant();
  trial.isOnBed(test, { disturbs: false });
  await expect(run({}, test)).rejects.toThrow("red");
  expect(lives()).toBe("");
  expect(trial.spoilsBed(test, { failed: true, disturbs: false })).toBe(false);
  expect(test.told.fails).toBe(true);
  const behind = control();
  trial.begins(behind);
  expect(behind.told.skipped).toBe("");
  trial.isOnBed(behind, { disturbs: false });
  expect(lives()).toBe("");
  const next = underMutant();
  trial.begins(next);
  expect(next.told.skipped).toBe("it was noticed already");
});

it("what fails while it is cleaned is red, and its bed is restored before the control", async () => {
  const run = trialOf(async () => {});
  const test = underMutant();
  trial.isOnBed(test, { disturbs: false });
  await run({}, test);
  expect(trial.spoilsBed(test, { failed: true, disturbs: false })).toBe(true);
  const behind = control();
  trial.begins(behind);
  expect(behind.told.skipped).toBe("");
});

it("a fixture that fails before the body is red too", () => {
  const test = underMutant();
  trial.isOnBed(test, { disturbs: true });
  expect(test.annotations).toEqual([{ type: "disturbs" }]);
  expect(trial.spoilsBed(test, { failed: true, disturbs: true })).toBe(true);
  const behind = control();
  trial.begins(behind);
  expect(behind.told.skipped).toBe("");
});

it("a control is left out behind a green test, and restores its bed when it fails", async () => {
  const run = trialOf(async () => {});
  await run({}, underMutant());
  const behind = control();
  trial.begins(behind);
  expect(behind.told.skipped).toBe("the test before it was not red");
  expect(trial.spoilsBed(behind, { failed: true, disturbs: false })).toBe(true);
});

it("what is older is made under the mutant, and not for its control", () => {
  trial.makesOlder(control());
  expect(lives()).toBe("");
  trial.makesOlder(underMutant());
  expect(lives()).toBe(ID);
});

it("a mutant that is asked to its end is asked on behind a red test", async () => {
  const run = trialOf(() => Promise.reject(new Error("red")), false);
  await expect(run({}, underMutant())).rejects.toThrow("red");
  const next = underMutant();
  trial.begins(next);
  expect(next.told.skipped).toBe("");
});

it("without a choice every test runs as it is, and signs in once for all", () => {
  folder.choose(undefined);
  const unwoven = () => {};
  expect(tried(unwoven, folder)).toBe(unwoven);
  expect([testOf("holds"), underMutant(), control()].map((test) => trial.signsInAnew(test))).toEqual([false, true, true]);
  expect(folder.reached()).toEqual([]);
});
