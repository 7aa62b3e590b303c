import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { outcomeSchema } from "@kubera-e2e/schema/outcome";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { atMost, median, sample } from "./measure.ts";

const PNPM = ["npx", "-y", "pnpm@10.34.8"] as const;
const RUN = "bench";

interface CloneRun {
  readonly seconds: number;
  readonly specSeconds: number;
}

/** From the first to the last moment of the run itself, without installation and report. */
const specSecondsOf = (clone: string): number => {
  const outcome = outcomeSchema.parse(JSON.parse(readFileSync(join(clone, "_artifacts", RUN, RUN_FILES.outcome), "utf8")));
  return (Date.parse(outcome.endedAt) - Date.parse(outcome.startedAt)) / 1000;
};

/** README's first line from a fresh clone, held to two processors. */
const runClone = (repository: string): CloneRun => {
  const folder = mkdtempSync(join(tmpdir(), "kubera-bench-"));
  const clone = join(folder, "clone");
  try {
    const startedMs = performance.now();
    sample({ argv: ["git", "clone", "--quiet", repository, clone], cwd: folder });
    sample({ argv: ["taskset", "-c", "0,1", ...PNPM, "install", "--frozen-lockfile"], cwd: clone });
    sample({
      argv: ["taskset", "-c", "0,1", ...PNPM, "test", "--project=api"],
      cwd: clone,
      environment: { KUBERA_BED: "sim", KUBERA_RUN: RUN },
    });
    return { seconds: (performance.now() - startedMs) / 1000, specSeconds: specSecondsOf(clone) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** From `git clone` to the built report, and the specs alone. */
export const benchClone = (repository: string, repeats: number): BenchResult[] => {
  const runs = Array.from({ length: repeats }, () => runClone(repository));
  return [
    atMost(120, {
      id: "clone-to-report",
      value: median(runs.map((run) => run.seconds)),
      unit: "s",
      baseline: "wall time on two processors with a warm package cache",
      n: repeats,
    }),
    atMost(30, {
      id: "specs",
      value: median(runs.map((run) => run.specSeconds)),
      unit: "s",
      baseline: "wall time of the run in the same clones",
      n: repeats,
    }),
  ];
};
