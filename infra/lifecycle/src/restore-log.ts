import { join } from "node:path";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { RestoreReport } from "./restore-report.ts";
import { writeWhole } from "./write-whole.ts";

interface Log {
  readonly reports: RestoreReport[];
  writing: Promise<void>;
}

/** Beds of one run share its folder, and so one file. */
const logs = new Map<string, Log>();

const logOf = (folder: string): Log => {
  const log = logs.get(folder) ?? { reports: [], writing: Promise.resolve() };
  logs.set(folder, log);
  return log;
};

/** Keeps every restore of this process and writes them all to `restore.json` after each; without a folder nothing is written. */
export const restoreLog = (folder: string | undefined): ((report: RestoreReport) => Promise<void>) => {
  if (folder === undefined) return () => Promise.resolve();
  const log = logOf(folder);
  return (report) => {
    log.reports.push(report);
    const write = (): Promise<void> => writeWhole(join(folder, RUN_FILES.restore), `${JSON.stringify(log.reports, undefined, 2)}\n`);
    const written = log.writing.then(write);
    // What could not be written is told to whom it happened; the next one writes it all again.
    log.writing = written.catch(() => {});
    return written;
  };
};
