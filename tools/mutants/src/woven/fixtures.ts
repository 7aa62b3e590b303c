/** Between a test's title and the mutant under which it is run. */
export const UNDER = " ⟦";
/** The test again, without the mutant: whether what it has left is the reason why the next one fails. */
export const CONTROL = "control:";

interface Rewritten {
  readonly file: string;
  readonly edits: readonly (readonly [text: string, replacement: string])[];
}

/** One test under one mutant. */
export interface Trial {
  readonly id: string;
  /** Whether no further test of the mutant is run once this one is red. */
  readonly ends: boolean;
}

/** Trials by test: `<plan id>|<title>`. */
export type Trials = Readonly<Record<string, readonly Trial[]>>;

export const trialKey = (plan: string, title: string): string => `${plan}|${title}`;

/** On a test that leaves its bed to be restored. */
export const DISTURBS = "disturbs";

/** What a copy's specs import as `test`: each test once for each mutant that was chosen for it. */
const trials = (folder: string): string => `
import { test as unwoven } from "./test.ts";
import { appendFileSync as append, readFileSync as read, writeFileSync as write } from "node:fs";
const FOLDER = ${JSON.stringify(folder)};
const chosen = JSON.parse(read(FOLDER + "/trials.json", "utf8"));
const shown = (body: any, run: any) => Object.assign(run, { toString: () => body.toString() });
const dies = (body: any, id: string, ends: boolean) => shown(body, async (parts: any, info: any) => {
  // What is expected to fail ends no worker; what comes behind a red body is to leave the bed as it was.
  const fails = () => {
    write(FOLDER + "/now", "");
    info.fail();
    if (ends) append(FOLDER + "/ended", id + "\\n");
  };
  write(FOLDER + "/last", "red");
  try {
    await body(parts, info);
    if (info.errors.length > 0) fails();
    else write(FOLDER + "/last", "green");
  } catch (error) {
    fails();
    throw error;
  }
});
const tried = (title: string, details: any, body: any) => {
  if (chosen === null) return unwoven(title, details, body);
  const plan = details.annotation.find((one: any) => one.type === "plan").description;
  for (const { id, ends } of chosen[plan + "|" + title] ?? []) {
    unwoven(title + ${JSON.stringify(UNDER)} + id + "⟧", details, dies(body, id, ends));
    unwoven(title + ${JSON.stringify(UNDER + CONTROL)} + id + "⟧", details, body);
  }
};
/** Playwright's \`test\`, each test once for each mutant. */
export const test: typeof unwoven = new Proxy(unwoven, { apply: (_, __, given: any) => tried(...(given as [any, any, any])) });
`;

/** Of the test that a fixture is for: the mutant under which it runs, or after which it runs without. */
const TRIAL = `const [, control, under] = /⟦(control:)?(.*)⟧$/.exec(testInfo.title) ?? [];
    const isTrial = under !== undefined && control === undefined;`;

/** A test that is not needed any more asks for no bed. */
const skips = `${TRIAL}
    if (control !== undefined) testInfo.skip(read(FOLDER + "/last", "utf8") !== "red", "the test before it was not red");
    else if (under !== undefined && read(FOLDER + "/ended", "utf8").split("\\n").includes(under)) {
      write(FOLDER + "/last", "skipped");
      testInfo.skip(true, "it was noticed already");
    }
`;

/** A red test waits as long as its bed may take; in the simulator what comes at all comes within seconds. */
const PATIENCE = "15s";
export const HASTE: Rewritten = {
  file: "infra/testbeds/sim.yaml",
  edits: ["directorReady: 30s", "clusterActive: 60s", "openebsReady: 60s"].map((text) => [text, text.replace(/\d+s/, PATIENCE)] as const),
};

/**
 * What a copy's fixtures do beside: a mutant lives from where the test is on its bed until all that it left there is looked at, or its body is
 * red, which is no reason to restore. What a case finds older than its control plane is made under the mutant too.
 */
export const wovenFixtures = (folder: string): readonly Rewritten[] => [
  {
    file: "fixtures/src/index.ts",
    edits: [
      ['export { test, type KuberaOptions } from "./test.ts";', `export { type KuberaOptions } from "./test.ts";\n${trials(folder)}`],
    ],
  },
  { file: "fixtures/src/test.ts", edits: [["if (testInfo.errors.length === 0) await apps.clear();", "await apps.clear();"]] },
  { file: "fixtures/src/test/pools.ts", edits: [["if (testInfo.errors.length === 0) await pools.clear();", "await pools.clear();"]] },
  { file: "fixtures/src/test/dmaas.ts", edits: [["if (testInfo.errors.length === 0) await dmaas.clear();", "await dmaas.clear();"]] },
  {
    file: "fixtures/src/test/enter-behind.ts",
    edits: [
      // A bed is restored after each trial of such a case, so that there is no other case on it; what a mutant does to those of others is not seen.
      ["olderPlace(place.bed, wishes)", "olderPlace(place.bed, { [identityOf(testInfo).plan]: behind[identityOf(testInfo).plan] ?? {} })"],
      [
        "import { identityOf }",
        `import { writeFileSync as write } from "node:fs";\nconst FOLDER = ${JSON.stringify(folder)};\nimport { identityOf }`,
      ],
      ["    const older = await", `    ${TRIAL}\n    if (isTrial) write(FOLDER + "/now", under);\n    const older = await`],
      ["    refuseKept(request, place);", `    write(FOLDER + "/now", "");\n    refuseKept(request, place);`],
    ],
  },
  {
    file: "fixtures/src/test/place.ts",
    edits: [
      [
        "import { redactErrors }",
        `import { readFileSync as read, writeFileSync as write } from "node:fs";\nconst FOLDER = ${JSON.stringify(folder)};\nimport { redactErrors }`,
      ],
      ["  let bed: Bed | undefined;\n", `  let bed: Bed | undefined;\n  ${skips}`],
      [
        "enter(request, { testInfo, seen }));\n",
        `enter(request, { testInfo, seen }));
    if (request.disturbs !== false) testInfo.annotations.push({ type: "${DISTURBS}" });
    // Its fixtures meet the mutant too, and where one fails the body never runs.
    if (isTrial) for (const [name, text] of [["last", "red"], ["now", under]]) write(FOLDER + "/" + name, text);
    // Whoever is first on a Director signs in, and here each test may be.
    if (under !== undefined) session.administrator.forget();
`,
      ],
      ["    request.patience.end();\n", `    write(FOLDER + "/now", "");\n    request.patience.end();\n`],
      [
        "    if (failed) await attachEvidence({ testInfo, session, startedAt, bed });\n    if (bed",
        `    const hasLeft = isTrial && failed && read(FOLDER + "/last", "utf8") === "green";
    if (isTrial && failed) {
      testInfo.fail();
      write(FOLDER + "/last", "red");
    }
    if (bed`,
      ],
      [
        "slotOf(testInfo), dirty, failed }",
        "slotOf(testInfo), dirty: hasLeft || request.disturbs !== false || (failed && control !== undefined), failed: false }",
      ],
    ],
  },
];
