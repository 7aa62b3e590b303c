import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "./run-e2e.ts";

const NAMES = `export const names = ["a"];
export interface Thrown {
  readonly at: number;
}
export const fail = (): never => {
  throw new Error("in line 6");
};
`;
const START = `import { fail, names, type Thrown } from "./names.ts";
export const now: readonly string[] = names;
export const later = async (): Promise<boolean> => (await import("./names.ts")).names === names;
export const thrown = ({ at: _at }: Thrown): never => fail();
`;
const PROGRAM = `import { loadTypeScript } from "./load-typescript.mjs";
const { now, later, thrown } = loadTypeScript()("../src/start.ts");
const line = () => { try { thrown({ at: 0 }); } catch (error) { return /names\\.ts:\\d+/.exec(error.stack)[0]; } };
console.log(JSON.stringify([now, await later(), line()]));
`;

let root: string;
let source: string;

/** A repository of one room. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kubera-load-"));
  const room = join(root, "infra", "cli");
  source = join(room, "src");
  for (const folder of [join(room, "bin"), source, join(root, "reporters")]) mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "infra/cli/bin/load-typescript.mjs"), join(room, "bin", "load-typescript.mjs"));
  symlinkSync(join(ROOT, "infra/cli/node_modules"), join(room, "node_modules"));
  writeFileSync(join(room, "bin", "program.mjs"), PROGRAM);
  writeFileSync(join(source, "names.ts"), NAMES);
  writeFileSync(join(source, "start.ts"), START);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const cache = (): string => join(root, "node_modules", ".cache", "kubera-e2e");

const run = (): unknown => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, "infra/cli/bin/program.mjs")], { encoding: "utf8" });
  return stdout === "" ? stderr : JSON.parse(stdout);
};

const GOOD = [["a"], true, "names.ts:6"];

test.each([
  ["cold", () => {}],
  ["warm", () => run()],
  [
    "with files of its cache cut in the middle",
    () => {
      run();
      for (const name of readdirSync(cache())) truncateSync(join(cache(), name), readFileSync(join(cache(), name)).length - 20);
    },
  ],
  ["with a fault in a file that nobody needs", () => writeFileSync(join(source, "other.ts"), "const x = (;")],
  ["where nothing can be stored", () => writeFileSync(join(root, "node_modules"), "")],
])("loads modules once each, with the lines of their source: %s", (_title, prepare) => {
  prepare();
  expect(run()).toEqual(GOOD);
});

test("sees an edit at once, and keeps one file for each source", () => {
  run();
  writeFileSync(join(source, "names.ts"), NAMES.replace('"a"', '"b"'));
  expect(run()).toEqual([["b"], true, "names.ts:6"]);
  expect(readdirSync(cache())).toHaveLength(2);
});
