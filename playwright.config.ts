import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import type { KuberaOptions } from "@kubera-e2e/fixtures";
import { allureReporterOptions } from "@kubera-e2e/allure-report/reporter-options";
import { guiProjects, planRun } from "@kubera-e2e/cli/run-plan";

const run = await planRun(import.meta.dirname);
// Loaded while the simulator starts, not after it.
if (run.simCommands.length > 0) void import("./fixtures/src/global-setup.ts");

export default defineConfig<KuberaOptions>({
  testDir: "tests",
  outputDir: join(run.folder, "playwright"),
  ...(run.restores && { globalSetup: "./fixtures/src/global-setup.ts" }),
  forbidOnly: run.settings.CI,
  // A second try hides the first failure; tests here are never retried to get green.
  retries: 0,
  workers: run.workers,
  timeout: run.testTimeoutMs,
  ...(run.settings.shard && { shard: { current: run.settings.shard.index, total: run.settings.shard.total } }),
  webServer: run.simCommands.map((command, index) => ({
    name: index === 0 ? "sim" : `sim-${index + 1}`,
    command,
    // The named group becomes KUBERA_VALUES, by which every room finds the URLs of this run's bed; KUBERA_VALUES_2 is that of its second one.
    wait: { stdout: new RegExp(`^values: (?<kubera_values${index === 0 ? "" : `_${index + 1}`}>.+)$`, "m") },
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 2000 },
    timeout: 20_000,
  })),
  reporter: run.lists
    ? "list"
    : [
        ["list"],
        [
          "@kubera-e2e/outcome/outcome-reporter",
          {
            runFolder: run.folder,
            run: run.id,
            bed: run.bed,
            target: run.target,
            build: run.settings.KUBERA_BUILD,
            draftsMayFail: !run.settings.CI,
          },
        ],
        [
          "allure-playwright",
          allureReporterOptions({ runFolder: run.folder, bed: run.bed, target: run.target, build: run.settings.KUBERA_BUILD }),
        ],
        ["junit", { outputFile: join(run.folder, "junit.xml") }],
        ...(run.settings.CI ? [["blob", { outputDir: join(run.folder, "blob-report") }] as const] : []),
      ],
  projects: [
    { name: "api", testMatch: "**/*.api.spec.ts" },
    ...guiProjects(run),
    ...(run.settings.KUBERA_CHAOS ? [{ name: "chaos", testMatch: "**/*.chaos.spec.ts", use: { disturbs: true } }] : []),
  ],
});
