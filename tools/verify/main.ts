import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { countOutcome, type Counts } from "./counts.ts";
import { allLanes, type Lane } from "./lanes.ts";

const HELP = `pnpm verify [--skip lane,lane] [--outcome FILE]

Runs check, unit, contract, process, nodes, e2e and gui one after the other and ends with one line of counts over all of them.
  process            real programs of others on loopback: vcsim, a registry, etcd with a kube-apiserver; built from Go modules
  nodes              a real cluster of this computer (\`pnpm peers up\`), which needs root
  --skip lane,lane   leave lanes out, aloud; each counts as one skipped
  --outcome FILE     count an e2e run that has been made already by its outcome.json, instead of making one

What a machine cannot run is left out aloud: gui without Chromium and process without Go, unless CI=true; nodes wherever its
cluster does not start. A lane that takes longer than its limit is ended, and red.

Example: pnpm verify --skip gui
`;

interface LaneResult extends Counts {
  readonly name: string;
  readonly seconds: number;
  readonly remark: string;
}

const unreadable = (name: string, seconds: number, error: unknown): LaneResult => ({
  name,
  seconds,
  passed: 0,
  failed: 1,
  skipped: 0,
  red: [],
  remark: `no results: ${error instanceof Error ? error.message.slice(0, 80) : String(error)}`,
});

const runLane = (lane: Lane): LaneResult => {
  console.log(`\n──── ${lane.name}: ${lane.argv.slice(1).join(" ")}`);
  const startedMs = performance.now();
  const [program, ...args] = lane.argv;
  const timeout = lane.limitMinutes * 60_000;
  const env = { ...process.env, ...lane.environment };
  // What hangs may not hear a gentler signal, and would be waited for without an end.
  const { status, error } = spawnSync(program, args, { stdio: "inherit", env, timeout, killSignal: "SIGKILL" });
  const seconds = (performance.now() - startedMs) / 1000;
  if (error !== undefined) return unreadable(lane.name, seconds, `ended after its limit of ${lane.limitMinutes} min`);
  const exitCode = status ?? 1;
  try {
    const counts = lane.count(exitCode);
    // A lane that exits red without a failed test has still failed: nothing may look green because nothing was counted.
    const failed = exitCode !== 0 && counts.failed === 0 ? 1 : counts.failed;
    return { name: lane.name, seconds, ...counts, failed, remark: exitCode === 0 ? "" : `exit ${exitCode}` };
  } catch (error) {
    return unreadable(lane.name, seconds, error);
  }
};

/** A lane with what it needs around it. */
const runWhole = (lane: Lane): LaneResult => {
  try {
    const because = lane.prepare?.();
    if (because !== undefined) return skipped(lane.name, because);
  } catch (error) {
    return unreadable(lane.name, 0, error);
  }
  const result = runLane(lane);
  const left = lane.finish?.();
  return left === undefined
    ? result
    : { ...result, failed: result.failed + 1, red: [...result.red, `what it needed did not end: ${left}`] };
};

const skipped = (name: string, remark: string): LaneResult => ({ name, seconds: 0, passed: 0, failed: 0, skipped: 1, red: [], remark });

const made = (name: string, path: string): LaneResult => {
  try {
    return { name, seconds: 0, ...countOutcome(path), remark: path };
  } catch (error) {
    return unreadable(name, 0, error);
  }
};

const sum = (results: readonly LaneResult[], key: "passed" | "failed" | "skipped"): number =>
  results.reduce((total, result) => total + result[key], 0);

const show = (results: readonly LaneResult[]): void => {
  console.log("\nlane        passed  failed  skipped   seconds");
  for (const { name, passed, failed, skipped, seconds, remark } of results) {
    const columns = [passed, failed, skipped].map((count) => String(count).padStart(7)).join(" ");
    console.log(`${name.padEnd(10)}${columns}  ${seconds.toFixed(1).padStart(9)}  ${remark}`);
  }
  // Named again at the end: the lanes' own texts stand hundreds of lines above.
  const red = results.flatMap((result) => result.red.map((test) => `${result.name}  ${test}`));
  if (red.length > 0) console.log(`\nred:\n${red.join("\n")}`);
  console.log(`\n${sum(results, "passed")} passed, ${sum(results, "failed")} failed, ${sum(results, "skipped")} skipped`);
};

const { values } = parseArgs({
  options: { skip: { type: "string", default: "" }, outcome: { type: "string" }, help: { type: "boolean" } },
});

if (values.help === true) {
  console.log(HELP);
} else {
  const leftOut = new Set(values.skip.split(",").filter((name) => name !== ""));
  const results = allLanes().map((lane) => {
    if (leftOut.has(lane.name)) return skipped(lane.name, "left out by --skip");
    const missing = lane.missing?.();
    if (missing !== undefined) return skipped(lane.name, missing);
    return lane.name === "e2e" && values.outcome !== undefined ? made(lane.name, values.outcome) : runWhole(lane);
  });
  show(results);
  process.exitCode = sum(results, "failed") > 0 ? 1 : 0;
}
