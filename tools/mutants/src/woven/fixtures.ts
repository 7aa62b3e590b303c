interface Rewritten {
  readonly file: string;
  readonly edits: readonly (readonly [text: string, replacement: string])[];
}

/** A red test waits as long as its bed may take; in the simulator what comes at all comes within seconds. */
const PATIENCE = "15s";
export const HASTE: Rewritten = {
  file: "infra/testbeds/sim.yaml",
  edits: ["directorReady: 30s", "clusterActive: 60s", "openebsReady: 60s"].map((text) => [text, text.replace(/\d+s/, PATIENCE)] as const),
};

const WOVEN = "tools/mutants/src/woven";

/**
 * What a copy's fixtures do beside: a mutant lives from where the test is on its bed until all that it left there is looked at, or its body is
 * red, which is no reason to restore.
 */
export const WOVEN_FIXTURES: readonly Rewritten[] = [
  {
    file: "fixtures/src/index.ts",
    edits: [
      [
        'export { test, type KuberaOptions } from "./test.ts";',
        `export { type KuberaOptions } from "./test.ts";
import { test as unwoven } from "./test.ts";
import { tried } from "../../${WOVEN}/trial-test.ts";
import { folder } from "../../${WOVEN}/in-copy.ts";
export const test = tried(unwoven, folder);`,
      ],
    ],
  },
  { file: "fixtures/src/test.ts", edits: [["if (testInfo.errors.length === 0) await apps.clear();", "await apps.clear();"]] },
  { file: "fixtures/src/test/pools.ts", edits: [["if (testInfo.errors.length === 0) await pools.clear();", "await pools.clear();"]] },
  { file: "fixtures/src/test/dmaas.ts", edits: [["if (testInfo.errors.length === 0) await dmaas.clear();", "await dmaas.clear();"]] },
  {
    file: "fixtures/src/test/enter-behind.ts",
    edits: [
      // A bed is restored after each trial of such a case, so that there is no other case on it: what a mutant does to theirs, `run --in` shows.
      ["olderPlace(place.bed, wishes)", "olderPlace(place.bed, { [plan]: behind[plan] ?? {} })"],
      ["import { identityOf }", `import { trial } from "../../../${WOVEN}/in-copy.ts";\nimport { identityOf }`],
      ["    const older = await", "    trial.makesOlder(testInfo);\n    const older = await"],
      ["    refuseKept(request, place);", "    trial.rests();\n    refuseKept(request, place);"],
    ],
  },
  {
    file: "fixtures/src/test/place.ts",
    edits: [
      ["import { redactErrors }", `import { trial } from "../../../${WOVEN}/in-copy.ts";\nimport { redactErrors }`],
      ["  let bed: Bed | undefined;\n", "  trial.begins(testInfo);\n  let bed: Bed | undefined;\n"],
      [
        "enter(request, { testInfo, seen }));\n",
        `enter(request, { testInfo, seen }));
    trial.isOnBed(testInfo, { disturbs: request.disturbs !== false });
    if (trial.signsInAnew(testInfo)) session.administrator.forget();
`,
      ],
      ["    request.patience.end();\n", "    trial.rests();\n    request.patience.end();\n"],
      [
        "    if (failed) await attachEvidence({ testInfo, session, startedAt, bed });\n    if (bed",
        "    const spoilt = trial.spoilsBed(testInfo, { failed, disturbs: request.disturbs !== false });\n    if (bed",
      ],
      ["slotOf(testInfo), dirty, failed }", "slotOf(testInfo), dirty: spoilt, failed: false }"],
    ],
  },
];
