import { join } from "node:path";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { RestoreReport } from "./restore-report.ts";
import { writeWhole } from "./write-whole.ts";

interface Log {
  /** Each report as it stands in the file. */
  readonly texts: string[];
  writing: Promise<void>;
}

/** Beds of one run share its folder, and so one file. */
const logs = new Map<string, Log>();

const logOf = (folder: string): Log => {
  const log = logs.get(folder) ?? { texts: [], writing: Promise.resolve() };
  logs.set(folder, log);
  return log;
};

/** Keeps every restore of this process and writes them all to `restore.json` after each; without a folder nothing is written. */
export const restoreLog = (folder: string | undefined): ((report: RestoreReport) => Promise<void>) => {
  if (folder === undefined) return () => Promise.resolve();
  const log = logOf(folder);
  return (report) => {
    log.texts.push(JSON.stringify(report));
    const write = (): Promise<void> => writeWhole(join(folder, RUN_FILES.restore), `[\n${log.texts.join(",\n")}\n]\n`);
    const written = log.writing.then(write);
    // What could not be written is told to whom it happened; the next one writes it all again.
    log.writing = written.catch(() => {});
    return written;
  };
};
