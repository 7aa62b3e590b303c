import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { cgroupPids } from "./cgroups.ts";
import { hasNetwork, inNetworkOf } from "./network.ts";
import { LOG_FOLDER, STATE_FOLDER, type PeerNode } from "./plan.ts";
import { command } from "./commands.ts";

export interface Program {
  /** Of its log. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
}

/** One start of a program. */
export interface Run {
  readonly hasEnded: boolean;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const logFile = (name: string): string => join(LOG_FOLDER, `${name}.log`);

/** Starts a program that outlives this process; what it says goes to its log. */
const start = ({ name, argv }: Program): Run => {
  mkdirSync(LOG_FOLDER, { recursive: true });
  const log = openSync(logFile(name), "a");
  const [file, ...args] = argv;
  const child = spawn(file, args, { detached: true, stdio: ["ignore", log, log], env: { PATH, HOME: "/root" }, cwd: "/" });
  const run = { hasEnded: false };
  const end = (): void => {
    run.hasEnded = true;
  };
  // Whoever waits for what it serves tells why it did not.
  child.once("error", end).once("exit", end);
  child.unref();
  closeSync(log);
  return run;
};

export const startOnHost = start;

const logNameOf = (node: PeerNode, name: string): string => `${node.name}-${name}`;

export const logOf = (node: PeerNode, name: string): string => logFile(logNameOf(node, name));

export const startOnNode = (node: PeerNode, { name, argv }: Program): Run =>
  start({ name: logNameOf(node, name), argv: [...inNetworkOf(node), ...argv] });

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** Every process of a node: those in its network, and those in the cgroups of its pods, whose networks are their own. */
export const pidsOf = async (node: PeerNode): Promise<number[]> => {
  const network = hasNetwork(node) ? (await command(...inNetworkOf(node), "readlink", "/proc/self/ns/net")).trim() : undefined;
  const inNetwork = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && network !== undefined && linkOf(`/proc/${name}/ns/net`) === network)
    .map(Number);
  return [...new Set([...inNetwork, ...cgroupPids(node)])];
};

const runs = (pid: number | string, program: string): boolean => linkOf(`/proc/${pid}/exe`)?.endsWith(`/${program}`) === true;

export const pidsOfProgram = async (node: PeerNode, program: string): Promise<number[]> =>
  (await pidsOf(node)).filter((pid) => runs(pid, program));

/** Those of the programs that do not run on the node. */
export const programsOff = async (node: PeerNode, programs: readonly string[]): Promise<string[]> => {
  const pids = await pidsOf(node);
  return programs.filter((program) => !pids.some((pid) => runs(pid, program)));
};

const isOurs = (pid: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${STATE_FOLDER}/`);
  } catch {
    return false;
  }
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
};

const END_LIMIT_MS = 10_000;

/** Ends processes at once, as a power cut does, and whatever they start meanwhile. Error: `WAIT_DEADLINE`. */
export const endAll = (whose: string, list: () => Promise<readonly number[]> | readonly number[]): Promise<undefined> =>
  waitUntil({
    what: `all processes of ${whose} have ended`,
    deadlineMs: END_LIMIT_MS,
    intervalMs: 80,
    probe: async () => {
      const pids = await list();
      for (const pid of pids) kill(pid);
      return pids.length === 0 ? reached(undefined) : notYet(`they do not end when they are killed: ${pids.join(", ")}`);
    },
    fix: "Look what they wait for (/proc/PID/stack), end it, and run `pnpm peers down`.",
  });

/** The registries, which run in the network of this computer: by their program and by the file that told them what to serve. */
export const registryPids = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && runs(name, "registry") && isOurs(name))
    .map(Number);
