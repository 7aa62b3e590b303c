import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrnoException } from "./errno.ts";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { type Outcome, outcomeSchema } from "@kubera-e2e/schema/outcome";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { type Diagnosis, diagnosisSchema } from "@kubera-e2e/schema/verdict";

interface Parser<T> {
  parse(data: unknown): T;
}

const readStored = async <T>(file: string, parser: Parser<T>): Promise<T | undefined> => {
  try {
    return parser.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (isErrnoException(error) && error.code === "ENOENT") return undefined;
    throw new KuberaError("RUN_NOT_FOUND", {
      what: "a stored run cannot be read",
      where: file,
      because: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
      fix: "Run the suite again; the file was cut short or written by another version.",
      cause: error,
    });
  }
};

/** `outcome.json` of a run's folder; undefined when the run wrote none. Error: `RUN_NOT_FOUND` when it cannot be read. */
export const readOutcome = (runFolder: string): Promise<Outcome | undefined> =>
  readStored(join(runFolder, RUN_FILES.outcome), outcomeSchema);

/** `incidents.json` of a run's folder; undefined when the run wrote none. Error: `RUN_NOT_FOUND` when it cannot be read. */
export const readDiagnosis = (runFolder: string): Promise<Diagnosis | undefined> =>
  readStored(join(runFolder, RUN_FILES.incidents), diagnosisSchema);
