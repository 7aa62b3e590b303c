import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { outcomeSchema, type Outcome } from "@kubera-e2e/schema/outcome";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { atLeast, atMost, median, sample } from "./measure.ts";
import { awaitedShares, storedTestSchema, type Awaited, type StoredTest } from "./suite-waits.ts";

const RUN = "bench";
const WORKERS = 2;
const SLOWEST = 10;

interface SuiteRun {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly awaited: Awaited;
  /** Part of the time in which something of this computer waited for a processor: a busy one measures others, too. */
  readonly pressed: number;
}

const pressureMs = (): number => Number(/^some .*total=(\d+)/.exec(readFileSync("/proc/pressure/cpu", "utf8"))?.[1] ?? Number.NaN) / 1000;

const storedTests = (runFolder: string): StoredTest[] => {
  const folder = join(runFolder, RUN_FILES.allureResults);
  const files = readdirSync(folder).filter((name) => name.endsWith("-result.json"));
  return files.map((name) => storedTestSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
};

/** The whole suite in a process of its own, held to two processors. */
const runSuite = (repository: string): SuiteRun => {
  const artifacts = mkdtempSync(join(tmpdir(), "kubera-bench-"));
  const argv = ["taskset", "-c", "0,1", process.execPath, join(repository, "infra/cli/bin/e2e.mjs"), "test", "--project=api"] as const;
  try {
    const before = pressureMs();
    const { seconds: wholeSeconds } = sample({
      argv: [...argv, "--workers", String(WORKERS)],
      cwd: repository,
      environment: { KUBERA_BED: "sim", KUBERA_RUN: RUN, ARTIFACTS: artifacts },
    });
    const pressed = (pressureMs() - before) / (1000 * wholeSeconds);
    const folder = join(artifacts, RUN);
    const outcome = outcomeSchema.parse(JSON.parse(readFileSync(join(folder, RUN_FILES.outcome), "utf8")));
    const run = { fromMs: Date.parse(outcome.startedAt), toMs: Date.parse(outcome.endedAt) };
    return { outcome, seconds: (run.toMs - run.fromMs) / 1000, awaited: awaitedShares(storedTests(folder), run), pressed };
  } finally {
    rmSync(artifacts, { recursive: true, force: true });
  }
};

const slowestOf = ({ outcome }: SuiteRun): string[] =>
  outcome.tests
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, SLOWEST)
    .map(({ test, durationMs }) => `${(durationMs / 1000).toFixed(2)} s  ${test.plan}  ${test.title}`);

/** The whole api suite on simulated data centres with two workers, and its ten slowest cases. */
export const benchSuite = (repository: string, repeats: number): BenchResult[] => {
  const runs = Array.from({ length: repeats }, () => runSuite(repository));
  const [last] = runs.slice(-1);
  const pressed = Math.round(100 * median(runs.map((run) => run.pressed)));
  const cases = last?.outcome.counts.planned ?? 0;
  return [
    atMost(75, {
      id: "suite",
      value: median(runs.map((run) => run.seconds)),
      unit: "s",
      baseline: `wall time of ${cases} cases with two workers on two processors and Node ${process.version}; ${pressed} % of it something waited for a processor`,
      n: repeats,
      details: last === undefined ? [] : slowestOf(last),
    }),
    atLeast(0.9, {
      id: "suite-awaited",
      value: median(runs.map((run) => run.awaited.ofWall)),
      unit: "part",
      baseline: "wall time, in which a call, a wait, the preparation of a bed or an expectation was under way, by the steps of the tests",
      n: repeats,
      details: [`${median(runs.map((run) => run.awaited.ofWorkers)).toFixed(2)}  of the time of both workers, each by itself`],
    }),
  ];
};
