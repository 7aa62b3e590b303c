import { join } from "node:path";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { RestoreReport } from "./restore-report.ts";
import { writeWhole } from "./write-whole.ts";

/** Keeps every restore of this process and writes them all to `restore.json` after each; without a folder nothing is written. */
export const restoreLog = (folder: string | undefined): ((report: RestoreReport) => Promise<void>) => {
  const reports: RestoreReport[] = [];
  return async (report) => {
    reports.push(report);
    if (folder !== undefined) await writeWhole(join(folder, RUN_FILES.restore), `${JSON.stringify(reports, undefined, 2)}\n`);
  };
};
