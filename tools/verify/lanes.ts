import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "@kubera-e2e/cli/chromium";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { readSettings } from "@kubera-e2e/schema/settings";
import { countOutcome, countVitest, type Counts } from "./counts.ts";

/** One part of the verification: a command, and where to read what it came to. */
export interface Lane {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Why this machine cannot run it; the lane is then left out aloud. CI installs what is missing, and leaves out nothing. */
  readonly missing?: () => string | undefined;
  /** Counts of a lane that has ended with this exit code. Throws when its results cannot be read. */
  readonly count: (exitCode: number) => Counts;
}

const vitestLane = (project: string, scratch: string): Lane => {
  const file = join(scratch, `${project}.json`);
  const argv = [
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
  ] as const;
  return { name: project, argv, environment: {}, count: () => countVitest(file) };
};

const e2eLane = (name: string, project: string, environment: Readonly<Record<string, string>>): Lane => {
  const run = `verify-${name}-${process.pid}`;
  const argv = [process.execPath, "infra/cli/bin/e2e.mjs", "test", `--project=${project}`] as const;
  return {
    name,
    argv,
    environment: { KUBERA_BED: "sim", KUBERA_RUN: run, ...environment },
    count: () => countOutcome(join("_artifacts", run, RUN_FILES.outcome)),
  };
};

const missingChromium = (): string | undefined => {
  if (process.env["CI"] === "true") return undefined;
  try {
    findChromium(readSettings());
    return undefined;
  } catch (error) {
    return isKuberaError(error) && error.code === "CHROMIUM_MISSING" ? `${error.what}. ${error.fix}` : undefined;
  }
};

/** All lanes in the order in which they run, cheap ones first. */
export const allLanes = (): readonly Lane[] => {
  const scratch = mkdtempSync(join(tmpdir(), "kubera-verify-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  return [
    {
      name: "check",
      argv: [process.execPath, "--import", "tsx", "tools/check/main.ts"],
      environment: {},
      count: (exitCode) => ({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, red: [] }),
    },
    vitestLane("unit", scratch),
    vitestLane("contract", scratch),
    e2eLane("e2e", "api", {}),
    { ...e2eLane("gui", "gui", { KUBERA_GUI: "1" }), missing: missingChromium },
  ];
};
