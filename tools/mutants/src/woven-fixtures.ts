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
  /** Whether it is to fail. */
  readonly fails: boolean;
  /** Whether the test is run without the mutant behind it when it was red; not where the bed is restored anyway. */
  readonly control: boolean;
}

/** Trials by test: `<plan id>|<title>`. */
export type Trials = Readonly<Record<string, readonly Trial[]>>;

export const trialKey = (plan: string, title: string): string => `${plan}|${title}`;

/** On a test that leaves its bed to be restored. */
export const DISTURBS = "disturbs";

const trials = (folder: string): string => `
import { test as unwoven } from "./test.ts";
import { readFileSync as readTrials, writeFileSync as writeNow } from "node:fs";
const chosen = JSON.parse(readTrials(${JSON.stringify(`${folder}/trials.json`)}, "utf8"));
// Unknown after the end of a worker.
let lastWasRed: boolean | undefined;
const shown = (body: any, run: any) => Object.assign(run, { toString: () => body.toString() });
const dies = (body: any) => shown(body, async (parts: any, info: any) => {
  lastWasRed = true;
  try {
    await body(parts, info);
    lastWasRed = false;
  } finally {
    writeNow(${JSON.stringify(`${folder}/now`)}, "");
  }
});
const controls = (body: any) => shown(body, async (parts: any, info: any) => {
  if (lastWasRed !== false) await body(parts, info);
});
const tried = (title: string, details: any, body: any) => {
  if (chosen === null) return unwoven(title, details, body);
  const plan = details.annotation.find((one: any) => one.type === "plan").description;
  for (const { id, fails, control } of chosen[plan + "|" + title] ?? []) {
    // What is expected to fail ends no worker.
    (fails ? unwoven.fail : unwoven)(title + ${JSON.stringify(UNDER)} + id + "⟧", details, dies(body));
    if (control) unwoven(title + ${JSON.stringify(UNDER + CONTROL)} + id + "⟧", details, controls(body));
  }
};
/** Playwright's \`test\`, each test once for each mutant. */
export const test: typeof unwoven = new Proxy(unwoven, { apply: (_, __, given: any) => tried(...(given as [any, any, any])) });
`;

/** What a copy's fixtures do beside: a mutant lives from where the test is on its bed to the end of its body, and what fails under one is no reason to restore. */
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
    file: "fixtures/src/test/place.ts",
    edits: [
      ["import type { Patience }", 'import { writeFileSync as writeNow } from "node:fs";\nimport type { Patience }'],
      [
        "    bed = place.bed;\n",
        `    bed = place.bed;
    if (request.disturbs) testInfo.annotations.push({ type: "${DISTURBS}" });
    const under = /⟦(?!control:)(.*)⟧$/.exec(testInfo.title)?.[1];
    if (under !== undefined) writeNow(${JSON.stringify(`${folder}/now`)}, under);
`,
      ],
      ["    request.patience.end();\n", `    writeNow(${JSON.stringify(`${folder}/now`)}, "");\n    request.patience.end();\n`],
      ["    if (failed) await attachEvidence({ testInfo, session, startedAt, bed });\n    if (bed", "    if (bed"],
      [
        "dirty: request.disturbs || failed, failed }",
        "dirty: request.disturbs || (failed && /⟦control:/.test(testInfo.title)), failed: false }",
      ],
    ],
  },
];
