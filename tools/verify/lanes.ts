import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "@kubera-e2e/cli/chromium";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { readSettings } from "@kubera-e2e/schema/settings";
import { countOutcome, countVitest, type Counts } from "./counts.ts";

/** One part of the verification: a command, and where to read what it came to. */
export interface Lane {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** After this long it is ended, and red. */
  readonly limitMinutes: number;
  /** Starts what it needs; answers why that cannot be started here, and the lane is then left out aloud. Throws when nobody says why. */
  readonly prepare?: () => string | undefined;
  /** Ends that again; answers what of it is left. */
  readonly finish?: () => string | undefined;
  /** Why this machine cannot run it; the lane is then left out aloud. CI installs what is missing, and leaves out nothing. */
  readonly missing?: () => string | undefined;
  /** Counts of a lane that has ended with this exit code. Throws when its results cannot be read. */
  readonly count: (exitCode: number) => Counts;
}

const vitestLane = (project: string, limitMinutes: number, scratch: string): Lane => {
  const file = join(scratch, `${project}.json`);
  const argv = [
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
  ] as const;
  return { name: project, argv, environment: {}, limitMinutes, count: () => countVitest(file) };
};

const e2eLane = (name: string, project: string, environment: Readonly<Record<string, string>>): Lane => {
  const run = `verify-${name}-${process.pid}`;
  const argv = [process.execPath, "infra/cli/bin/e2e.mjs", "test", `--project=${project}`] as const;
  return {
    name,
    argv,
    environment: { KUBERA_BED: "sim", KUBERA_RUN: run, ...environment },
    limitMinutes: 10,
    count: () => countOutcome(join("_artifacts", run, RUN_FILES.outcome)),
  };
};

const missingChromium = (): string | undefined => {
  if (process.env["CI"] === "true") return undefined;
  try {
    findChromium(readSettings());
    return undefined;
  } catch (error) {
    return isKuberaError(error) && error.code === "CHROMIUM_MISSING" ? `${error.what}. ${error.fix}` : undefined;
  }
};

/** The real programs of others are built from Go source. */
const missingGo = (): string | undefined => {
  if (process.env["CI"] === "true" || spawnSync("go", ["version"]).status === 0) return undefined;
  return "there is no `go` in PATH, from whose modules the real counterparts are built";
};

const PEERS = ["--import", "tsx", "tools/peers/src/main.ts"] as const;
/** On two cores it takes six minutes to build Kubernetes the first time. */
const PEERS_LIMIT_MS = 1_500_000;

/** undefined when it went well; otherwise what it said at the end. */
const peers = (verb: "up" | "down"): string | undefined => {
  console.log(`\n──── peers ${verb}`);
  const { status, stderr } = spawnSync(process.execPath, [...PEERS, verb], {
    encoding: "utf8",
    timeout: PEERS_LIMIT_MS,
    killSignal: "SIGKILL",
    stdio: ["ignore", "inherit", "pipe"],
  });
  process.stderr.write(stderr);
  return status === 0
    ? undefined
    : stderr.trim().split("\n").slice(-4).join(" ").replaceAll(/\s+/g, " ") || `peers ${verb} ended with ${status}`;
};

/** What this computer lacks has this code; whatever else ends it is a fault of ours, and may not pass as a lack. */
const isLack = (because: string): boolean => because.includes("[PEER_UNAVAILABLE]");

/** What did not start is started once more from clean; tests never are. */
const startPeers = (): string | undefined => {
  if (peers("up") === undefined) return undefined;
  peers("down");
  const because = peers("up");
  if (because === undefined) return undefined;
  const left = peers("down");
  if (left !== undefined) throw new Error(`peers did not start, and did not end: ${left}`);
  if (!isLack(because)) throw new Error(`peers did not start: ${because}`);
  return because;
};

const endPeers = (): string | undefined => peers("down");

/** All lanes in the order in which they run, cheap ones first. */
export const allLanes = (): readonly Lane[] => {
  const scratch = mkdtempSync(join(tmpdir(), "kubera-verify-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  return [
    {
      name: "check",
      argv: [process.execPath, "--import", "tsx", "tools/check/main.ts"],
      environment: {},
      limitMinutes: 10,
      count: (exitCode) => ({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, red: [] }),
    },
    vitestLane("unit", 15, scratch),
    vitestLane("contract", 30, scratch),
    { ...vitestLane("process", 20, scratch), missing: missingGo },
    { ...vitestLane("nodes", 15, scratch), missing: missingGo, prepare: startPeers, finish: endPeers },
    e2eLane("e2e", "api", {}),
    e2eLane("chaos", "chaos", {}),
    { ...e2eLane("gui", "gui", { KUBERA_GUI: "1" }), missing: missingChromium },
  ];
};
