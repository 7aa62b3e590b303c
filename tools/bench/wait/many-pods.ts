import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NODE_FLAGS } from "@kubera-e2e/cli/node-flags";
import type { ClusterWriter } from "./cluster-writer.ts";
import { podOf, podStatus, PODS_PATH, statusPath } from "./pods.ts";

export interface WatchingCost {
  /** Part of one core, 0 to 1. */
  readonly core: number;
  readonly overIdleMib: number;
}

export interface WatchingCosts {
  readonly ours: readonly WatchingCost[];
  readonly bare: readonly WatchingCost[];
}

const PODS = 5000;
const CHANGES_PER_SECOND = 100;
/** Code is compiled, and what the first list left behind is collected. */
const WARM_SECONDS = 15;
/** Long enough for the check that a watch which talks owes once a minute. */
const SECONDS = 60;
const AT_ONCE = 16;

const nameOf = (index: number): string => `many-${index}`;

const inTurn = async (count: number, work: (index: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

const createPods = (writer: ClusterWriter): Promise<void> =>
  inTurn(PODS, async (index) => {
    await writer.send("POST", PODS_PATH, podOf(nameOf(index)));
    await writer.send("PATCH", statusPath(nameOf(index)), podStatus(false));
  });

/** Changes pods at an even pace, whatever the answers take. */
const changePods = async (writer: ClusterWriter, seconds: number): Promise<void> => {
  const startMs = performance.now();
  await inTurn(CHANGES_PER_SECOND * seconds, async (index) => {
    const dueMs = startMs + (index * 1000) / CHANGES_PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(dueMs - performance.now(), 0)));
    await writer.send("PATCH", statusPath(nameOf(index % PODS)), podStatus(index % 2 === 0, `change ${index} of ${startMs}`));
  });
};

/** What it costs a process with the flags of a run that does nothing else to watch all pods of a cluster while 100 of them change every second. */
const watchChanges = async (watcher: string, kubeconfig: string, writer: ClusterWriter): Promise<WatchingCost> => {
  const script = join(import.meta.dirname, watcher);
  const argv = [...NODE_FLAGS, "--expose-gc", "--import", "tsx", script, kubeconfig];
  const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (verb: string): Promise<Record<string, number>> => {
    child.stdin.write(`${verb}\n`);
    const line: IteratorResult<string, unknown> = await lines.next();
    if (line.done === true) throw new Error("the process that watches pods has ended");
    return JSON.parse(line.value) as Record<string, number>;
  };
  try {
    while (((await ask("count"))["pods"] ?? 0) < PODS) await new Promise((resolve) => setTimeout(resolve, 200));
    await changePods(writer, WARM_SECONDS);
    await ask("begin");
    await changePods(writer, SECONDS);
    const { core = Number.NaN, overIdleMib = Number.NaN, changes = 0 } = await ask("end");
    if (changes < CHANGES_PER_SECOND * SECONDS * 0.9) throw new Error(`${watcher} saw ${changes} changes only`);
    return { core, overIdleMib };
  } finally {
    child.stdin.end();
  }
};

/** Watching 5,000 pods as a wait does, interleaved with a connection that only counts the bytes of the same watch. */
export const watchManyPods = async (kubeconfig: string, writer: ClusterWriter, rounds: number): Promise<WatchingCosts> => {
  await createPods(writer);
  const costs: { readonly ours: WatchingCost[]; readonly bare: WatchingCost[] } = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    costs.bare.push(await watchChanges("bare-watch.ts", kubeconfig, writer));
    costs.ours.push(await watchChanges("watched-pods.ts", kubeconfig, writer));
  }
  return costs;
};
