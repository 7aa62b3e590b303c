import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Evidence, evidenceSchema } from "@kubera-e2e/schema/evidence";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";

interface RunEvidence {
  readonly evidences: Evidence[];
  /** Files that could not be read, each with its reason. */
  readonly unreadable: string[];
}

/** What the run itself stored in `evidence/*.json`. */
export const readRunEvidence = (runFolder: string): RunEvidence => {
  const folder = join(runFolder, RUN_FILES.evidence);
  const found: RunEvidence = { evidences: [], unreadable: [] };
  if (!existsSync(folder)) return found;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    try {
      found.evidences.push(evidenceSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
    } catch (error) {
      found.unreadable.push(`${RUN_FILES.evidence}/${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
};
