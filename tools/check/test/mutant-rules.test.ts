import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkMutants } from "../mutant-rules.ts";
import { readHouse } from "../house.ts";

const MUTANT = `- id: state:door:open
  kind: state
  rule: the door is shut
  edit: { file: infra/sim/src/door.ts, text: "1", with: "2" }
  red: [TCID-LOGIN-A]
`;

const PLAN =
  "- id: TCID-LOGIN-A\n  title: a\n  day: 0\n  priority: P1\n  area: login\n  kind: api\n  automated: true\n  expect: [a token]\n";

let root = "";

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kubera-check-mutants-"));
  const limits = { fileLines: 10, medianLines: 6, entryNames: 3 };
  write("tools/architecture.json", JSON.stringify({ rooms: {}, testsMayAlsoImport: [], mayReadProcessEnv: [], limits }));
  write("tests/login/plan.yaml", PLAN);
  write("infra/sim/src/door.ts", "export const door = 1;\n");
  write("tools/mutants/mutants.yaml", MUTANT);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const faults = (): readonly string[] => checkMutants(readHouse(root)).map(({ message }) => message);

it("lets mutants be whose text and cases are there", () => {
  expect(faults()).toEqual([]);
});

it("tells of a text that was changed, and of a case that is not automated any more", () => {
  write("infra/sim/src/door.ts", "export const door = 3;\n");
  write("tests/login/plan.yaml", PLAN.replace("  automated: true\n", ""));
  expect(faults()).toEqual([
    expect.stringContaining("state:door:open: its text stands 0 times in infra/sim/src/door.ts."),
    expect.stringContaining("state:door:open: TCID-LOGIN-A is not automated in the api suite"),
  ]);
});

it("misses a catalogue that is gone", () => {
  rmSync(join(root, "tools/mutants/mutants.yaml"));
  expect(faults()).toEqual([expect.stringContaining("it is not there")]);
});
