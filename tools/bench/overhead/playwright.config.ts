import { defineConfig } from "@playwright/test";

/** One project is what we add, the other is what it is compared with. Neither reports, and both use one worker. */
export default defineConfig({
  testDir: ".",
  workers: 1,
  reporter: "./no-report.ts",
  outputDir: process.env["BENCH_OUTPUT"] ?? "",
  projects: [
    { name: "fixtures", testMatch: "fixtures.spec.ts" },
    { name: "plain", testMatch: "plain.spec.ts" },
  ],
  ...(process.env["BENCH_BED"] !== undefined && { globalSetup: "../../../fixtures/src/global-setup.ts" }),
});
