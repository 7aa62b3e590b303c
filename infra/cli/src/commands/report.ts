import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { findRunFolder } from "../run-folders.ts";

const EXAMPLES = `
Examples:
  pnpm e2e report                 build the report of the newest run and print its path
  pnpm e2e report 20261124-041022-4711 --open
`;

interface ReportOptions {
  readonly open?: boolean;
  readonly json?: boolean;
}

/** The desktop's own opener; where there is none the printed path has to do. */
const openInBrowser = (path: string): void => {
  const opener = process.platform === "darwin" ? "/usr/bin/open" : "/usr/bin/xdg-open";
  if (!existsSync(opener)) {
    console.error(`No ${opener} on this computer: open the path above in a browser.`);
    return;
  }
  spawn(opener, [path], { detached: true, stdio: "ignore" }).unref();
};

/** `e2e report`: from stored results, without the run's bed. */
export const addReport = (program: Command): void => {
  program
    .command("report [run]")
    .description("build the Allure report of a run; old output is removed first")
    .option("--open", "open it in the browser")
    .option("--json", "pure JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string | undefined, options: ReportOptions) => {
      const { buildReport, carryVerdicts } = await import("@kubera-e2e/allure-report");
      const folder = findRunFolder(run);
      await carryVerdicts(folder);
      const path = await buildReport(folder);
      console.log(options.json === true ? JSON.stringify({ run: folder, report: path }) : `Report: ${path}`);
      if (options.open === true) openInBrowser(path);
    });
};
