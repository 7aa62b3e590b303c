import { spawn } from "node:child_process";
import { join } from "node:path";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { atMost, median } from "./measure.ts";

/** Seconds from the start of the process until it has printed its URLs. */
const startOnce = (repository: string): Promise<number> => {
  const startedMs = performance.now();
  const argv = [join(repository, "infra/cli/bin/e2e.mjs"), "sim", "up", "--private", "--json", "--watch-pid", String(process.pid)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`sim up ended with ${code}`)));
    child.stdout.once("data", () => {
      const seconds = (performance.now() - startedMs) / 1000;
      child.removeAllListeners("exit");
      child.once("exit", () => resolve(seconds));
      child.kill("SIGTERM");
    });
  });
};

/** How soon the simulated data centre listens on all its ports. */
export const benchSim = async (repository: string, repeats: number): Promise<BenchResult[]> => {
  const seconds: number[] = [];
  for (let run = 0; run < repeats; run += 1) seconds.push(await startOnce(repository));
  return [
    atMost(1, {
      id: "sim-listening",
      value: median(seconds),
      unit: "s",
      baseline: "start of its process, Node and loading included",
      n: repeats,
    }),
  ];
};
