import { join } from "node:path";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { Target } from "@kubera-e2e/schema/target";
import { targetWords } from "./report-names.ts";

/** The run whose results Allure gets. */
export interface AllureRun {
  /** `_artifacts/<run>`. */
  readonly runFolder: string;
  readonly bed: string;
  readonly target: Target;
  readonly build: string;
}

/** Options of the reporter allure-playwright; bed, build and target stand on every result as labels, so that a merge keeps them. */
export const allureReporterOptions = ({ runFolder, bed, target, build }: AllureRun) => ({
  resultsDir: join(runFolder, RUN_FILES.allureResults),
  detail: true,
  environmentInfo: { Bed: bed, Build: build, Target: targetWords(target) },
  globalLabels: [
    { name: "bed", value: bed },
    { name: "build", value: build },
    { name: "target", value: targetWords(target) },
  ],
});
