import { expect, it } from "vitest";
import type { Mutant } from "../src/catalogue.ts";
import type { Result } from "../src/results.ts";
import { runInFolder } from "../src/run-in-folder.ts";
import { SuiteTests } from "../src/suite-tests.ts";

const mutant = (id: string): Mutant => ({
  id,
  kind: "state",
  rule: "r",
  edit: { file: "infra/sim/src/a.ts", text: "a", with: "b" },
  red: ["TCID-A"],
});

const KILLED: Result = { print: "p", end: "killed", by: ["TCID-A"], others: [], seconds: 3, woven: true };
const LOOKED: Result = { ...KILLED, inFolders: { "tests/upgrade": [] } };

const test = (plan: string) => ({ plan, title: "t", ms: 1, disturbs: true });
const reach = {
  tests: [test("TCID-UPGRADE"), test("TCID-OTHER")],
  met: { green: [0, 1], spoils: [0], stops: [0], looked: [0], elsewhere: [1], unjudged: [0] },
};

const listed = (file: string, plan: string) => ({ plan, title: "t", file, line: 1, project: "api", isDraft: false });

const session = () => {
  const kept: Record<string, Omit<Result, "print">> = {};
  const known: Readonly<Record<string, Result>> = { green: KILLED, spoils: KILLED, stops: KILLED, looked: LOOKED, elsewhere: KILLED };
  const red: Readonly<Record<string, readonly string[]>> = { green: [], spoils: ["TCID-UPGRADE"], looked: [] };
  return {
    kept,
    known: ({ id }: Mutant) => known[id],
    tests: new SuiteTests([listed("tests/upgrade/a.api.spec.ts", "TCID-UPGRADE"), listed("tests/other/a.api.spec.ts", "TCID-OTHER")]),
    redIn: (_: string, { id }: Mutant) => Promise.resolve(red[id]),
    keeper: () => (found: Readonly<Record<string, Omit<Result, "print">>>) => void Object.assign(kept, found),
  };
};

const mutants = ["green", "spoils", "stops", "looked", "elsewhere", "unjudged", "unmet"].map(mutant);
const options = { folder: "tests/upgrade", reach, again: false, limit: 9 };

it("looks at what was judged, meets a case of the folder and was not looked at; and keeps it where all cases ran", async () => {
  const one = session();
  const told: string[] = [];
  await runInFolder(mutants, { ...options, session: one, tell: (line) => told.push(line) });
  expect(told).toEqual([
    "[1/3] green in tests/upgrade: all green",
    "[2/3] spoils in tests/upgrade: red TCID-UPGRADE",
    "[3/3] stops in tests/upgrade: not all cases ran",
  ]);
  expect(one.kept).toEqual({
    green: { ...KILLED, inFolders: { "tests/upgrade": [] } },
    spoils: { ...KILLED, inFolders: { "tests/upgrade": ["TCID-UPGRADE"] } },
  });
});

it("looks again when told to, and at no more than the limit", async () => {
  const one = session();
  await runInFolder(mutants.slice(3), { ...options, session: one, again: true, tell: () => {} });
  expect(Object.keys(one.kept)).toEqual(["looked"]);
  const other = session();
  await runInFolder(mutants, { ...options, session: other, limit: 1, tell: () => {} });
  expect(Object.keys(other.kept)).toEqual(["green"]);
});

it("is refused for a folder without cases", async () => {
  const run = runInFolder(mutants, { ...options, folder: "tests/upgrades", session: session(), tell: () => {} });
  await expect(run).rejects.toThrow("no case of the API is in tests/upgrades");
});
