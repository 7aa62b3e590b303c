import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "./run-e2e.ts";

const NAMES = `export const names = ["a"];
export interface Thrown {
  readonly at: number;
}
export class Place {}
export const fail = (): never => {
  throw new Error("in line 7");
};
`;
const START = `import { z } from "zod";
import { fail, names, Place, type Thrown } from "./names.ts";
export const now: readonly string[] = z.array(z.string()).parse(names);
export const later = async (): Promise<boolean> => (await import("./names.ts")).Place === Place;
export const thrown = ({ at: _at }: Thrown): never => fail();
export const place = [import.meta.dirname, import.meta.filename, import.meta.url, Place.name];
`;
const PROGRAM = `import { join } from "node:path";
import { loadTypeScript } from "./load-typescript.mjs";
const { now, later, thrown, place } = await loadTypeScript(join(import.meta.dirname, "..", "src", "start.ts"));
const line = () => { try { thrown({ at: 0 }); } catch (error) { return error.stack.split("\\n").slice(0, 2).join("").replace(/\\(.*cli/, "("); } };
console.log(JSON.stringify([now, await later(), line(), place]));
`;

let root: string;
let source: string;

/** A repository of one room. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kubera-load-"));
  const room = join(root, "infra", "cli");
  source = join(room, "src");
  for (const folder of [join(room, "bin"), source]) mkdirSync(folder, { recursive: true });
  for (const name of ["load-typescript.mjs", "bundle.mjs", "map-stacks.mjs"])
    cpSync(join(ROOT, "infra/cli/bin", name), join(room, "bin", name));
  symlinkSync(join(ROOT, "infra/cli/node_modules"), join(room, "node_modules"));
  writeFileSync(join(room, "bin", "program.mjs"), PROGRAM);
  writeFileSync(join(source, "names.ts"), NAMES);
  writeFileSync(join(source, "start.ts"), START);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const cached = (name: string): string => join(root, "node_modules", ".cache", "kubera-e2e", name);

const run = (): unknown => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, "infra/cli/bin/program.mjs")], { encoding: "utf8" });
  return stdout === "" ? stderr : JSON.parse(stdout);
};

const good = (name = "a"): unknown => [
  [name],
  true,
  "Error: in line 7    at fail (/src/names.ts:7:9)",
  [source, join(source, "start.ts"), `file://${source}/start.ts`, "Place"],
];

/** Overwrites what lies in the middle of a file that was made. */
const spoil = (name: string) => (): void => {
  run();
  const bytes = readFileSync(cached(name));
  writeFileSync(cached(name), bytes.fill(" ", Math.floor(bytes.length / 4), Math.floor(bytes.length / 2)));
};

const cut = (name: string) => (): void => {
  run();
  truncateSync(cached(name), readFileSync(cached(name)).length - 20);
};

test.each<[string, () => unknown]>([
  ["cold", () => {}],
  ["warm", run],
  ["with a bundle that was cut off", cut("e2e.cjs")],
  ["with compiled code that was cut off", cut("e2e.bin")],
  ["with a bundle whose middle is damaged", spoil("e2e.cjs")],
  ["with compiled code whose middle is damaged", spoil("e2e.bin")],
  ["with no source map", () => [run(), rmSync(cached("e2e.cjs.map"))]],
  [
    "with compiled code of another bundle",
    () => {
      run();
      const compiled = readFileSync(cached("e2e.bin"));
      writeFileSync(join(source, "names.ts"), NAMES.replace('"a"', '"b"'));
      run();
      writeFileSync(cached("e2e.bin"), compiled);
      writeFileSync(join(source, "names.ts"), NAMES);
    },
  ],
  ["with a fault in a file that nobody needs", () => writeFileSync(join(source, "other.ts"), "const x = (;")],
  ["where nothing can be stored", () => writeFileSync(join(root, "node_modules"), "")],
])("loads modules once each, with the lines of their source: %s", (_title, prepare) => {
  prepare();
  expect(run()).toEqual(good());
});

test("sees an edit at once, and keeps one bundle", () => {
  run();
  writeFileSync(join(source, "names.ts"), NAMES.replace('"a"', '"b"'));
  expect(run()).toEqual(good("b"));
  expect(readdirSync(cached("."))).toEqual(["e2e.bin", "e2e.cjs", "e2e.cjs.map"]);
});

test.each([
  ["another version of a library is installed", join("node_modules", ".pnpm", "lock.yaml")],
  ["a room exports other names", join("infra", "cli", "package.json")],
])("is made anew when %s", (_what, file) => {
  const path = join(root, file);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "{}");
  run();
  const before = readFileSync(cached("e2e.cjs"), "utf8");
  run();
  expect(readFileSync(cached("e2e.cjs"), "utf8")).toBe(before);
  writeFileSync(path, "{ }");
  run();
  expect(readFileSync(cached("e2e.cjs"), "utf8")).not.toBe(before);
});

test("names file and line of a fault in a source, and goes on once it is mended", () => {
  writeFileSync(join(source, "names.ts"), NAMES.replace("=> {", "=> {{"));
  expect(run()).toMatch(/src\/names\.ts:9:\d+: ERROR: Unexpected end of file/);
  expect(existsSync(cached("e2e.cjs"))).toBe(false);
  writeFileSync(join(source, "names.ts"), NAMES);
  expect(run()).toEqual(good());
});
