import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { allureConfig } from "./allure-config.ts";
import { writeJson } from "./allure-result.ts";
import { finishPage } from "./finish-page.ts";
import { readRun } from "./stored-run.ts";

const CONFIG = "allurerc.json";
/** Beyond this a page with everything inside is slow to open, and at some size it cannot be generated. */
const SINGLE_FILE_BYTES = 150 * 1024 * 1024;

/** Its package exports no bin, so the file beside its entry is named. */
const allureCli = (): string => resolve(dirname(createRequire(import.meta.url).resolve("allure")), "../cli.js");

const generate = (folder: string): Promise<void> =>
  new Promise((done, fail) => {
    const args = [allureCli(), "generate", "--config", CONFIG, "--cwd", folder, join(folder, RUN_FILES.allureResults)];
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      if (error === null) done();
      else
        fail(
          new KuberaError("INTERNAL", {
            what: "the Allure report could not be built",
            where: folder,
            because: `${stdout}${stderr}`.trim() || error.message,
            fix: `Read ${join(folder, RUN_FILES.outcome)} meanwhile: everything the report shows stands there and in incidents.json.`,
            cause: error,
          }),
        );
    });
  });

const sizeOf = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

/**
 * Builds the Allure 3 report of a run into its folder, after removing an older one, and answers the path of its first page.
 *
 * Errors: `RUN_NOT_FOUND` when the folder holds no outcome, `INTERNAL` with the generator's words when it fails.
 */
export const buildReport = async (runFolder: string): Promise<string> => {
  const folder = resolve(runFolder);
  const run = readRun(folder);
  const output = join(folder, RUN_FILES.report);
  // The generator leaves the tests of the report before where they are.
  rmSync(output, { recursive: true, force: true });
  mkdirSync(run.results, { recursive: true });
  const singleFile = sizeOf(run.results) <= SINGLE_FILE_BYTES;
  writeJson(folder, CONFIG, allureConfig(run, { output, singleFile }));
  await generate(folder);
  const page = join(output, "index.html");
  if (existsSync(page)) return finishPage(page, { singleFile });
  throw new KuberaError("INTERNAL", {
    what: "the Allure report has no first page",
    where: page,
    because: "the generator ended well without writing it",
    fix: "Compare the version of allure in pnpm-workspace.yaml with the one this was written for, 3.18.",
  });
};
