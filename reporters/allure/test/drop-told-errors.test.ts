import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { carryVerdicts } from "../src/index.ts";
import { makeRun } from "./sample-run.ts";

let site = "";
let run = "";

beforeEach(async () => {
  ({ site, run } = await makeRun());
});
afterEach(() => rm(site, { recursive: true, force: true }));

const file = (): string => join(run, "allure-results", "6f1a-globals.json");
const messages = async (): Promise<string[]> =>
  (JSON.parse(await readFile(file(), "utf8")) as { errors: { message: string }[] }).errors.map(({ message }) => message);

const BLOCKED = "Before Hooks failed: Error: Test is skipped: blocked: the bed sim is broken";
/** What failed tests say of themselves, in the sample. */
const OF_A_TEST = "failed: because of it\n  where:   server";

test.each([
  ["a blocked test", BLOCKED, []],
  ["a failed test, of its hook", `Before Hooks ${OF_A_TEST}`, []],
  ["a failed test, of a fixture", `fixture: place ${OF_A_TEST}`, []],
  ["no test", "afterAll hook failed: Error: nobody closed it", ["afterAll hook failed: Error: nobody closed it"]],
  ["a reason that only begins alike", "afterAll hook failed: because of it all", ["afterAll hook failed: because of it all"]],
])("of the run's errors, that of %s", async (_title, message, left) => {
  await writeFile(file(), JSON.stringify({ errors: [{ message, timestamp: 1 }, { message: BLOCKED }], attachments: [{ name: "log" }] }));
  await carryVerdicts(run);
  expect(await messages()).toEqual(left);
  expect(JSON.parse(await readFile(file(), "utf8"))).toMatchObject({ attachments: [{ name: "log" }] });
});

test("errors of the run that no test tells stay as they were written", async () => {
  const text = '{"errors":[{"message":"afterAll hook failed: Error: x"}],"attachments":[]}';
  await writeFile(file(), text);
  await carryVerdicts(run);
  expect(await readFile(file(), "utf8")).toBe(text);
});
