import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { type Outcome, outcomeSchema } from "@kubera-e2e/schema/outcome";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { type Diagnosis, diagnosisSchema } from "@kubera-e2e/schema/verdict";

export interface StoredRun {
  readonly outcome: Outcome;
  readonly diagnosis: Diagnosis;
  /** `allure-results` of the run; it may be missing when no test ran. */
  readonly results: string;
}

interface Parser<T> {
  parse(data: unknown): T;
}

const readStored = <T>(file: string, parser: Parser<T>): T => {
  try {
    return parser.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new KuberaError("RUN_NOT_FOUND", {
      what: existsSync(file) ? "a stored run cannot be read" : "no run with stored results",
      where: file,
      because: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
      fix: "Run the suite first: pnpm test. It writes this file when it ends.",
      cause: error,
    });
  }
};

/** Outcome and diagnosis of a run's folder. Error: `RUN_NOT_FOUND`. */
export const readRun = (runFolder: string): StoredRun => ({
  outcome: readStored(join(runFolder, RUN_FILES.outcome), outcomeSchema),
  diagnosis: readStored(join(runFolder, RUN_FILES.incidents), diagnosisSchema),
  results: join(runFolder, RUN_FILES.allureResults),
});
