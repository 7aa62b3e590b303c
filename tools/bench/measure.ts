import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";

const TICKS_PER_SECOND = 100;

/** CPU seconds of all children of this process that have ended, and of theirs. Linux only, like the bench. */
const childCpuSeconds = (): number => {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
};

export interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly stdout: string;
}

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a command once. Throws when it fails: a bench of something broken measures nothing. */
export const sample = (command: Command): Sample => {
  const [program, ...args] = command.argv;
  const cpuBefore = childCpuSeconds();
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.environment },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${command.argv.join(" ")} ended with ${status}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  return { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: childCpuSeconds() - cpuBefore, stdout };
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

const round = (value: number): number => Number(value.toPrecision(4));

/** A claim of the form "value at most limit". */
export const atMost = (limit: number, claim: Omit<BenchResult, "goal" | "holds">): BenchResult => ({
  ...claim,
  value: round(claim.value),
  goal: `≤ ${limit}`,
  holds: claim.value <= limit,
});

/** A claim of the form "value at least limit". */
export const atLeast = (limit: number, claim: Omit<BenchResult, "goal" | "holds">): BenchResult => ({
  ...claim,
  value: round(claim.value),
  goal: `≥ ${limit}`,
  holds: claim.value >= limit,
});
