import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentialsFor } from "@kubera-e2e/lifecycle";
import { shellEnvironment } from "@kubera-e2e/lifecycle/access";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { withWays, type BedOnTheWay } from "./bed-ways.ts";
import { runForeground, userShell } from "./run-foreground.ts";

export interface ShellFlags {
  /** Default: the one of role server. */
  readonly cluster?: string;
}

const clusterOf = ({ name, clusters }: TestBed, wanted: string | undefined): TestBed["clusters"][number] => {
  const found = clusters.find((cluster) => (wanted === undefined ? cluster.role === "server" : cluster.name === wanted));
  if (found !== undefined) return found;
  const names = clusters.map((cluster) => cluster.name);
  throw new KuberaError("USAGE", {
    what: `the bed ${name} has no cluster ${wanted ?? "of role server"}`,
    where: `--cluster ${wanted ?? ""}`,
    because: `its clusters are ${names.join(", ")}`,
    fix: `Did you mean ${nearest(wanted ?? "", names) ?? "one of those above"}?`,
  });
};

/** A folder that nobody else can read, gone when the work is done. */
const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "kubera-shell-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const run = async ({ bed, settings, ways }: BedOnTheWay, flags: ShellFlags, command: readonly string[]): Promise<number> => {
  const cluster = clusterOf(bed, flags.cluster);
  const secret = (name: string) => credentialsFor(bed, name, settings);
  return withFolder(async (folder) => {
    const { variables, notes } = await shellEnvironment({ bed, ways, cluster, secret, folder });
    for (const note of notes) process.stderr.write(`note: ${note}\n`);
    const [program, ...args] = command.length === 0 ? [userShell()] : command;
    if (command.length === 0)
      process.stderr.write(`${bed.name}, cluster ${cluster.name}: ${Object.keys(variables).join(" ")}; exit ends it\n`);
    return runForeground([program ?? "", ...args], { cwd: process.cwd(), environment: variables, tether: false });
  });
};

/**
 * Runs a command, or the user's shell, with what kubectl and govc need to reach a bed; answers its exit code.
 *
 * Errors: those of the bed's file and its ways, `SECRET_MISSING`, `USAGE` for an unknown cluster or a program that is not there.
 */
export const shellIntoBed = (name: string, flags: ShellFlags, command: readonly string[]): Promise<number> =>
  withWays(name, async (opened) => {
    try {
      return await run(opened, flags, command);
    } catch (error) {
      if (!(error instanceof Error) || !("syscall" in error) || !String(error.syscall).startsWith("spawn")) throw error;
      throw new KuberaError("USAGE", {
        what: `${command[0] ?? userShell()} cannot be started`,
        where: `e2e bed shell ${name}`,
        because: error.message,
        fix: "Install it, or correct the command behind --.",
        cause: error,
      });
    }
  });
