import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readHouse, type House, type Violation } from "../house.ts";
import { checkImports } from "../import-rules.ts";
import { formatViolation, runLanes } from "../lanes.ts";
import { checkPlans } from "../plan-rules.ts";
import { checkShape } from "../shape-rules.ts";
import { checkHonesty } from "../honesty-rules.ts";
import { checkWords } from "../word-rules.ts";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

const ARCHITECTURE = {
  rooms: {
    "infra/schema": [],
    "infra/kube": ["infra/schema"],
    "infra/run": ["infra/kube", "infra/schema"],
    "infra/sim": [],
    tests: ["infra/schema"],
    tools: ["infra/schema"],
  },
  testsMayAlsoImport: ["infra/sim"],
  mayReadProcessEnv: ["infra/schema/src/settings.ts", "infra/schema/bin/"],
  limits: { fileLines: 10, medianLines: 6, entryNames: 3 },
};

const manifest = (name: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ name: `@kubera-e2e/${name}`, exports: { ".": "./src/index.ts" }, ...more });

const SOUND: Files = {
  "package.json": JSON.stringify({ name: "house", devDependencies: { vitest: "1", "@kubera-e2e/schema": "workspace:*" } }),
  "tools/architecture.json": JSON.stringify(ARCHITECTURE),
  "infra/schema/package.json": manifest("schema", { exports: { "./*": "./src/*.ts" } }),
  "infra/schema/src/clock.ts": "export const now = 1;\n",
  "infra/kube/package.json": manifest("kube", {
    dependencies: { "@kubera-e2e/schema": "workspace:*" },
    devDependencies: { "@kubera-e2e/sim": "workspace:*" },
  }),
  "infra/kube/src/index.ts": 'export { watch } from "./watch.ts";\n',
  "infra/kube/src/watch.ts":
    'import { now } from "@kubera-e2e/schema/clock";\nimport { join } from "node:path";\nexport const watch = () => join(String(now));\n',
  "infra/kube/test/watch.test.ts":
    'import { test } from "vitest";\nimport { sim } from "@kubera-e2e/sim";\nimport { watch } from "../src/watch.ts";\n',
  "infra/run/package.json": manifest("run", { dependencies: { "@kubera-e2e/kube": "workspace:*" } }),
  "infra/run/src/index.ts": 'export { watch } from "@kubera-e2e/kube";\n',
  "infra/sim/package.json": manifest("sim"),
  "infra/sim/src/index.ts": "export const sim = 1;\n",
  "tests/package.json": manifest("tests"),
  "tests/login/plan.yaml":
    "- id: TCID-LOGIN-A\n  title: a\n  day: 0\n  priority: P1\n  area: login\n  kind: api\n  automated: true\n  expect: [a token]\n- id: TCID-LOGIN-B\n  title: b\n  day: 2\n  priority: P0\n  area: login\n  kind: api\n  expect: [a token]\n",
  "tests/login/login.api.spec.ts": 'test("a", plan("TCID-LOGIN-A", { day: 0, priority: 1 }), async () => {});\n',
  "tools/check/main.ts": 'import { now } from "@kubera-e2e/schema/clock";\nimport { other } from "./other.ts";\n',
};

/** A sound house with some files changed or added, in the OS temp folder. */
const house = (changes: Files = {}): House => {
  const root = mkdtempSync(join(tmpdir(), "house-"));
  made.push(root);
  for (const [path, text] of Object.entries({ ...SOUND, ...changes })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readHouse(root);
};

const told = (violations: readonly Violation[]): string[] => violations.map(formatViolation);

const CHECKS = { imports: checkImports, shape: checkShape, honesty: checkHonesty, plan: checkPlans, words: checkWords };

test.each(Object.entries(CHECKS))("finds nothing in a sound house: %s", (_name, check) => {
  expect(told(check(house()))).toEqual([]);
});

interface Row {
  readonly title: string;
  readonly check: keyof typeof CHECKS;
  readonly files: Files;
  readonly told: string;
}

const spec = (name: string, tags: string): string => `test("x", plan("TCID-LOGIN-${name}", { ${tags} }), () => {});\n`;

const entry = (id: string, title: string, area: string): string =>
  `- id: ${id}\n  title: ${title}\n  day: 0\n  priority: P1\n  area: ${area}\n  kind: api\n`;

const SITE = "tools/architecture.json on purpose";

const rows: readonly Row[] = [
  {
    title: "a room that imports what it may not",
    check: "imports",
    files: {
      "infra/schema/src/clock.ts": '\nimport { watch } from "@kubera-e2e/kube";\n',
      "infra/schema/package.json": manifest("schema", {
        exports: { "./*": "./src/*.ts" },
        dependencies: { "@kubera-e2e/kube": "workspace:*" },
      }),
    },
    told: `infra/schema/src/clock.ts:2: infra/schema may not import infra/kube. Take what it needs as an argument, or let infra/kube import it. If the house shall change, change "infra/schema" in ${SITE}, in the same commit.`,
  },
  {
    title: "the simulator imported by what is no test",
    check: "imports",
    files: {
      "infra/kube/src/watch.ts": 'export type { sim } from "@kubera-e2e/sim";\n',
      "infra/kube/package.json": manifest("kube", { dependencies: { "@kubera-e2e/schema": "1", "@kubera-e2e/sim": "1" } }),
    },
    told: `infra/kube/src/watch.ts:1: infra/kube may not import infra/sim. Take what it needs as an argument, or let infra/sim import it. If the house shall change, change "infra/kube" in ${SITE}, in the same commit.`,
  },
  {
    title: "a deep import",
    check: "imports",
    files: { "infra/run/src/index.ts": 'export {\n  watch,\n} from "@kubera-e2e/kube/src/watch.ts";\n' },
    told: 'infra/run/src/index.ts:3: @kubera-e2e/kube/src/watch.ts is no door of @kubera-e2e/kube. Import one of: .; a new door is added to "exports" in infra/kube/package.json on purpose.',
  },
  {
    title: "a deep import that a pattern of doors would let through",
    check: "imports",
    files: { "infra/kube/src/watch.ts": 'export const watch = () => import("@kubera-e2e/schema/src/clock.ts");\n' },
    told: 'infra/kube/src/watch.ts:1: @kubera-e2e/schema/src/clock.ts is no door of @kubera-e2e/schema. Import one of: ./*; a new door is added to "exports" in infra/schema/package.json on purpose.',
  },
  {
    title: "a relative path out of its package",
    check: "imports",
    files: { "infra/run/src/index.ts": 'export { watch } from "../../kube/src/watch.ts";\n' },
    told: "infra/run/src/index.ts:1: ../../kube/src/watch.ts leaves infra/run. Import the package by its name, through its door; whom it may import stands in tools/architecture.json.",
  },
  {
    title: "a relative path out of a room without a package",
    check: "imports",
    files: { "tools/check/main.ts": 'import { now } from "../../infra/schema/src/clock.ts";\n' },
    told: "tools/check/main.ts:1: ../../infra/schema/src/clock.ts leaves tools. Import the package by its name, through its door; whom it may import stands in tools/architecture.json.",
  },
  {
    title: "a dependency that is not declared",
    check: "imports",
    files: { "infra/kube/src/watch.ts": 'import axios from "axios";\nexport const watch = axios;\n' },
    told: 'infra/kube/src/watch.ts:1: axios is not declared. Add it to "dependencies" in infra/kube/package.json.',
  },
  {
    title: "a package of ours that is not declared",
    check: "imports",
    files: { "infra/run/src/index.ts": 'export { now } from "@kubera-e2e/schema/clock";\n' },
    told: 'infra/run/src/index.ts:1: @kubera-e2e/schema is not declared. Add it to "dependencies" in infra/run/package.json.',
  },
  {
    title: "a module of Node without its prefix",
    check: "imports",
    files: { "infra/kube/src/watch.ts": 'import fs from "fs";\nexport const watch = fs;\n' },
    told: 'infra/kube/src/watch.ts:1: fs is part of Node. Write "node:fs".',
  },
  {
    title: "a file name that is not in kebab-case",
    check: "shape",
    files: { "infra/kube/src/podWaiter.ts": "" },
    told: "infra/kube/src/podWaiter.ts: podWaiter.ts is not in kebab-case. Rename the file.",
  },
  {
    title: "a file name that says nothing",
    check: "shape",
    files: { "infra/kube/src/utils.ts": "" },
    told: "infra/kube/src/utils.ts: utils.ts says nothing about what it holds. Name the file after its one subject.",
  },
  {
    title: "a file that is too long",
    check: "shape",
    files: { "infra/kube/src/watch.ts": "//\n".repeat(11) },
    told: 'infra/kube/src/watch.ts: 11 lines, 10 are allowed. Split it by subject; the limit is "fileLines" in tools/architecture.json, and may be changed there on purpose.',
  },
  {
    title: "files that are too long on the whole",
    check: "shape",
    files: Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [`infra/kube/src/${name}.ts`, "//\n".repeat(9)])),
    told: 'tools/architecture.json: the median file under src has 9 lines, 6 are allowed. Split the largest ones; the limit is "medianLines" here, and may be changed on purpose.',
  },
  {
    title: "an entry with too many names",
    check: "shape",
    files: { "infra/kube/src/index.ts": 'export { a, type B } from "./watch.ts";\nexport const c = 1;\nexport interface D {}\n' },
    told: 'infra/kube/src/index.ts: 4 exported names, 3 are allowed. Offer less, or a second entry in package.json; the limit is "entryNames" in tools/architecture.json, and may be changed there on purpose.',
  },
  {
    title: "an entry that hides its names",
    check: "shape",
    files: { "infra/kube/src/index.ts": 'export * from "./watch.ts";\n' },
    told: "infra/kube/src/index.ts: export * hides what this entry offers. Name what it exports.",
  },
  {
    title: "the environment read outside the settings",
    check: "shape",
    files: { "infra/kube/src/watch.ts": "\nexport const watch = process.env.HOME;\n" },
    told: 'infra/kube/src/watch.ts:2: process.env is read here. Read the setting from infra/schema/src/settings.ts; "mayReadProcessEnv" in tools/architecture.json lists the exceptions, and may be changed on purpose.',
  },
  {
    title: "a plan entry with two faults",
    check: "plan",
    files: { "tests/install/plan.yaml": "\n- id: tcid-1\n  title: a\n  day: 3\n  priority: P1\n  area: x\n  kind: api\n  expect: [x]\n" },
    told: "tests/install/plan.yaml:2: not a plan entry: id: Invalid string: must match pattern /^TCID-[A-Z0-9-]+$/; day: Invalid input. infra/schema/src/plan-entry.ts says what one holds.",
  },
  {
    title: "a plan that is no list",
    check: "plan",
    files: { "tests/install/plan.yaml": "cases: []\n" },
    told: "tests/install/plan.yaml:1: a plan is a list of entries. Begin each with `- id: TCID-…`.",
  },
  {
    title: "a plan that is no YAML",
    check: "plan",
    files: { "tests/install/plan.yaml": "- id: [\n" },
    told: "tests/install/plan.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]. Correct the YAML.",
  },
  {
    title: "one id in two plans",
    check: "plan",
    files: {
      "tests/signup/plan.yaml":
        "- id: TCID-LOGIN-A\n  title: a\n  day: 0\n  priority: P1\n  area: signup\n  automated: true\n  kind: api\n  expect: [x]\n",
    },
    told: "tests/signup/plan.yaml:1: TCID-LOGIN-A stands in tests/login/plan.yaml:1 as well. Give one of them its own id.",
  },
  {
    title: "a spec that names no case of the plan",
    check: "plan",
    files: { "tests/login/more.api.spec.ts": '\ntest("x", plan("TCID-LOGIN-Z", { day: 0, priority: 1 }), () => {});\n' },
    told: "tests/login/more.api.spec.ts:2: no plan.yaml lists TCID-LOGIN-Z. Add the case to the plan of its area, or correct the id.",
  },
  {
    title: "a spec on another day than its case",
    check: "plan",
    files: { "tests/login/login.api.spec.ts": 'test("x", plan("TCID-LOGIN-A", {\n  day: 2,\n  priority: 1,\n}), () => {});\n' },
    told: "tests/login/login.api.spec.ts:1: TCID-LOGIN-A: day 2, the plan says 0. Correct the spec, or tests/login/plan.yaml:1.",
  },
  {
    title: "a spec of another priority than its case",
    check: "plan",
    files: { "tests/login/login.api.spec.ts": `${spec("A", "day: 0, priority: 1")}${spec("B", "day: 2, priority: 2, row, draft: true")}` },
    told: "tests/login/login.api.spec.ts:2: TCID-LOGIN-B: priority 2, the plan says P0. Correct the spec, or tests/login/plan.yaml:9.",
  },
  {
    title: "a spec of another kind than its case",
    check: "plan",
    files: { "tests/login/b.gui.spec.ts": spec("B", "day: 2, priority: 0, draft: true") },
    told: "tests/login/b.gui.spec.ts:1: TCID-LOGIN-B: a spec of kind gui, the plan says api. Correct the spec, or tests/login/plan.yaml:9.",
  },
  {
    title: "an entry in the plan of another area",
    check: "plan",
    files: { "tests/signup/plan.yaml": entry("TCID-SIGNUP", "c", "login") },
    told: "tests/signup/plan.yaml:1: TCID-SIGNUP is of area login. Move it to tests/login/plan.yaml, or correct its area.",
  },
  {
    title: "two cases of one title",
    check: "plan",
    files: { "tests/signup/plan.yaml": `${entry("TCID-SIGNUP-A", "Same", "signup")}${entry("TCID-SIGNUP-B", "same", "signup")}` },
    told: "tests/signup/plan.yaml:7: TCID-SIGNUP-B has the title of TCID-SIGNUP-A in line 1. Say what sets it apart, or remove one.",
  },
  {
    title: "a case that claims to be automated without a spec",
    check: "plan",
    files: { "tests/login/login.api.spec.ts": "" },
    told: "tests/login/plan.yaml:1: TCID-LOGIN-A claims to be automated, and no spec names it. Finish the spec, or remove `automated`.",
  },
  {
    title: "a case that claims to be automated by a draft",
    check: "plan",
    files: { "tests/login/login.api.spec.ts": spec("A", "day: 0, priority: 1, draft: true") },
    told: "tests/login/plan.yaml:1: TCID-LOGIN-A claims to be automated, and its spec is a draft. Finish the spec, or remove `automated`.",
  },
  {
    title: "a case with a spec that does not say so",
    check: "plan",
    files: { "tests/login/b.api.spec.ts": spec("B", "day: 2, priority: 0") },
    told: "tests/login/plan.yaml:9: TCID-LOGIN-B is asserted by tests/login/b.api.spec.ts:1. Add `automated: true` here, and what it expects, or make the spec a draft.",
  },
  {
    title: "two tests of one identity",
    check: "plan",
    files: { "tests/login/more.api.spec.ts": spec("A", "day: 0, priority: 1") },
    told: "tests/login/more.api.spec.ts:1: TCID-LOGIN-A is named in tests/login/login.api.spec.ts:1 as well. Give both a row, or one of them its own case.",
  },
  {
    title: "an assumption that nobody made",
    check: "plan",
    files: {
      "infra/sim/assumptions.yaml": "assumptions:\n  - id: A-KNOWN\n",
      "tests/login/login.api.spec.ts": `${spec("A", 'day: 0, priority: 1, assumption: "A-KNOWN", row')}${spec("A", 'day: 0, priority: 1, assumption: "A-NEW", row')}`,
    },
    told: "tests/login/login.api.spec.ts:2: TCID-LOGIN-A: infra/sim/assumptions.yaml holds no A-NEW. Add it there, or correct the id.",
  },
  {
    title: "a case whose id is made on the way",
    check: "plan",
    files: { "tests/login/more.api.spec.ts": 'test("x", plan(row.id, { day: 0, priority: 1 }), () => {});\n' },
    told: "tests/login/more.api.spec.ts:1: plan(…) without an id that can be read here. Write it out: in a table, let each row hold its own plan(…).",
  },
  {
    title: "a spec that never runs",
    check: "plan",
    files: { "tests/login/login.api.spec.ts": 'test.skip("a", plan("TCID-LOGIN-A", { day: 0, priority: 1 }), () => {});\n' },
    told: "tests/login/login.api.spec.ts:1: a spec that never runs would count as automated. Make it a draft, or skip it inside under a condition with a reason.",
  },
  {
    title: "a rule switched off without a reason",
    check: "honesty",
    files: { "infra/kube/src/watch.ts": "// oxlint-disable-next-line no-console\n" },
    told: "infra/kube/src/watch.ts:1: a rule is switched off without a reason. Keep the rule, or write ` -- ` and why behind it.",
  },
  {
    title: "a silenced type checker",
    check: "honesty",
    files: { "infra/kube/src/watch.ts": "\n// @ts-expect-error it is fine\n" },
    told: "infra/kube/src/watch.ts:2: the type checker is silenced. Give the value its type.",
  },
  {
    title: "a mocked module",
    check: "honesty",
    files: { "infra/kube/test/watch.test.ts": 'vi.mock("node:fs");\n' },
    told: "infra/kube/test/watch.test.ts:1: a module is mocked. Pass the dependency in, or start its real server in this process.",
  },
  {
    title: "a fixed sleep",
    check: "honesty",
    files: { "tests/login/login.api.spec.ts": 'test("x", plan("TCID-LOGIN-B", { day: 2, priority: 0 }), () => page.waitForTimeout(5));\n' },
    told: "tests/login/login.api.spec.ts:1: a fixed sleep. Use waitUntil with a probe that says why it is not there yet.",
  },
  {
    title: "a spec left alone",
    check: "honesty",
    files: { "tests/login/login.api.spec.ts": 'test.only("x", plan("TCID-LOGIN-B", { day: 2, priority: 0 }), () => {});\n' },
    told: "tests/login/login.api.spec.ts:1: a spec is left out or alone. Finish it, or remove it.",
  },
  {
    title: "a path of somebody's computer",
    check: "words",
    files: { "README.md": "see\n/home/jo/notes\n" },
    told: 'README.md:2: "/home/jo": a path of somebody\'s own computer. Name it relative to the repository.',
  },
  {
    title: "a word about who wrote it",
    check: "words",
    files: { "docs/a.md": "made by an LLM" },
    told: 'docs/a.md:1: "LLM": who wrote a line does not matter here. Say what the code does.',
  },
  {
    title: "open work left in the code",
    check: "words",
    files: { "infra/kube/src/watch.ts": "// TODO later\n" },
    told: 'infra/kube/src/watch.ts:1: "TODO": open work belongs into an issue. Finish it, or open one and remove the mark.',
  },
  {
    title: "a host in the lockfile",
    check: "words",
    files: { "pnpm-lock.yaml": "\n  resolution: {tarball: https://npm.corp.example/a/-/a-1.tgz}\n" },
    told: "pnpm-lock.yaml:2: https://npm.corp.example is written into the lockfile. Install again without a registry of your own in it.",
  },
];

describe("names", () => {
  test.each(rows)("$title", ({ check, files, told: message }) => {
    expect(told(CHECKS[check](house(files)))).toEqual([message]);
  });
});

test.each([
  ["a comment", '// import x from "../../kube/src/watch.ts"\n/* process.env */\n'],
  ["a template", 'export const sample = `\nimport axios from "axios";\nprocess.env.HOME\n`;\n'],
  ["a plain string", "export const text = 'process.env and import(\"axios\") are not read';\n"],
])("takes nothing in %s for code", (_place, text) => {
  const made = house({ "infra/kube/src/watch.ts": text });
  expect(told([...checkImports(made), ...checkShape(made)])).toEqual([]);
});

test("takes a lane that throws for one that failed, and runs the others", async () => {
  const heard: string[] = [];
  const results = await runLanes(
    [
      { id: "broken", run: () => Promise.reject(new Error("no such tool")) },
      { id: "sound", run: () => Promise.resolve({ ok: true, output: "" }) },
    ],
    ({ id }) => heard.push(id),
  );
  expect(results.map(({ id, ok }) => [id, ok])).toEqual([
    ["broken", false],
    ["sound", true],
  ]);
  expect(results[0]?.output).toContain("no such tool");
  expect(heard.toSorted()).toEqual(["broken", "sound"]);
});
