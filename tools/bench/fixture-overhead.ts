import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { simUpSchema, type SimUp } from "@kubera-e2e/schema/sim-up";
import { atMost, median, sample } from "./measure.ts";

const TESTS = 200;

interface Place {
  readonly repository: string;
  readonly scratch: string;
  readonly up: SimUp;
}

type Project = "fixtures" | "plain";

const environmentOf = ({ up, scratch }: Place, project: Project, tests: number): Record<string, string> => {
  const { secrets } = JSON.parse(readFileSync(up.values, "utf8")) as {
    secrets: Record<string, { username: string; password: string }>;
  };
  const { username, password } = secrets["director-admin"] ?? { username: "", password: "" };
  const common = { BENCH_TESTS: String(tests), BENCH_OUTPUT: join(scratch, "output"), ARTIFACTS: scratch, KUBERA_RUN: "bench" };
  if (project === "plain") return { ...common, BENCH_DIRECTOR: up.director.url, BENCH_LOGIN: `${username}:${password}` };
  return { ...common, BENCH_BED: "sim", KUBERA_BED: "sim", KUBERA_VALUES: up.values, KUBERA_STORE: scratch };
};

/** The bed is open already: its restore is no cost of a test. */
const OPEN_BED = { KUBERA_RESET: "never" };

interface Run {
  readonly project: Project;
  readonly tests: number;
  /** Default: as on an open bed. */
  readonly environment?: Readonly<Record<string, string>>;
}

const cpuSeconds = (place: Place, { project, tests, environment = OPEN_BED }: Run): number => {
  const config = join(place.repository, "tools/bench/overhead/playwright.config.ts");
  const argv = [process.execPath, join(place.repository, "node_modules/@playwright/test/cli.js"), "test", "-c", config] as const;
  const measured = sample({
    argv: [...argv, `--project=${project}`],
    cwd: place.repository,
    environment: { ...environmentOf(place, project, tests), ...environment },
  });
  return measured.cpuSeconds;
};

/** Start, restore and loading are the same for one test as for many: only what tests and calls cost is compared. */
const costOfTests = (place: Place, project: Project): number =>
  cpuSeconds(place, { project, tests: TESTS + 1 }) - cpuSeconds(place, { project, tests: 1 });

/** In a process of its own: its work is not ours, and measuring blocks this one. */
const startSim = async (repository: string): Promise<{ readonly up: SimUp; stop(): Promise<void> }> => {
  const argv = [join(repository, "infra/cli/bin/e2e.mjs"), "sim", "up", "--private", "--json", "--watch-pid", String(process.pid)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { up: simUpSchema.parse(JSON.parse(line.toString("utf8"))), stop };
};

/** CPU of 200 tests with 10 calls each through our fixtures, as a ratio to plain Playwright with axios, in interleaved pairs. */
export const benchOverhead = async (repository: string, repeats: number): Promise<BenchResult[]> => {
  const scratch = mkdtempSync(join(tmpdir(), "kubera-bench-"));
  const sim = await startSim(repository);
  const place = { repository, scratch, up: sim.up };
  try {
    // The first run of each fills the caches of what it loads, and ours makes Director.
    for (const project of ["fixtures", "plain"] as const) cpuSeconds(place, { project, tests: 1, environment: {} });
    const ratios: number[] = [];
    for (let run = 0; run < repeats; run += 1) ratios.push(costOfTests(place, "fixtures") / costOfTests(place, "plain"));
    const baseline = "the same calls in plain Playwright with axios, CPU of all its processes";
    return [atMost(1.1, { id: "fixture-overhead", value: median(ratios), unit: "ratio", baseline, n: repeats })];
  } finally {
    await sim.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
};
