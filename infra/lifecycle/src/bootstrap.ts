import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListedMachine } from "@kubera-e2e/machines";
import { runScript } from "@kubera-e2e/machines/run-script";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { BedSetup } from "@kubera-e2e/schema/bed-setup";
import type { Credentials } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { endedWithin } from "./deadline.ts";
import type { Clock } from "@kubera-e2e/schema/clock";

export interface BootstrapRun {
  readonly bed: TestBed;
  readonly setup: BedSetup;
  readonly machines: readonly ListedMachine[];
  readonly secret: (name: string) => Credentials;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  readonly onLine: (command: string, line: string) => void;
  readonly onEnd: (command: string, ms: number) => void;
}

/** One line per VM for scripts: cluster, role, plane, node, VM, address; separated by tabs. */
export const hostsFile = (bed: TestBed, machines: readonly ListedMachine[]): string => {
  const address = (name: string): string => machines.find((machine) => machine.name === name)?.guestAddress ?? "";
  const rows = bed.clusters.flatMap((cluster) =>
    cluster.vms.map(({ name, node, plane }) => [cluster.name, cluster.role, plane, node, name, address(name)].join("\t")),
  );
  return `${rows.join("\n")}\n`;
};

const secretVariables = ({ setup, secret }: BootstrapRun): Record<string, string> =>
  Object.fromEntries(
    setup.secrets.flatMap((name) => {
      const variable = `KUBERA_SECRET_${name.toUpperCase().replaceAll("-", "_")}`;
      const { username, password } = secret(name);
      return [
        [`${variable}_USERNAME`, username],
        [`${variable}_PASSWORD`, password],
      ];
    }),
  );

type Command = BedSetup["bootstrap"][number];

const failed = ({ redactor }: BootstrapRun, { name, argv }: Command, because: string): KuberaError =>
  new KuberaError("SETUP_FAILED", {
    what: `the bootstrap command "${name}" failed`,
    where: redactor.text(argv.join(" ")),
    because: redactor.text(because),
    fix: "Repair what it says, and run e2e bed setup again: it goes on with the VMs that are there. e2e bed dispose removes them.",
  });

const lastLines = (lines: readonly string[]): string => lines.slice(-5).join("\n           ") || "it said nothing on stderr";

const runCommand = async (run: BootstrapRun, command: Command, environment: Readonly<Record<string, string>>): Promise<void> => {
  const { clock, signal } = run;
  const startMs = clock.monotonicMs();
  const deadline = {
    clock,
    ms: command.timeLimit,
    what: `the bootstrap command "${command.name}"`,
    where: run.redactor.text(command.argv.join(" ")),
    signal,
  };
  const end = await endedWithin(deadline, (within) =>
    runScript({
      argv: command.argv,
      input: "",
      environment,
      signal: within,
      onLine: (line) => run.onLine(command.name, run.redactor.text(line)),
    }).catch((error: unknown) => {
      throw failed(run, command, error instanceof Error ? error.message : String(error));
    }),
  );
  signal.throwIfAborted();
  if (end.code !== 0) throw failed(run, command, `exit code ${end.code ?? end.endedBy}: ${lastLines(end.stderr)}`);
  run.onEnd(command.name, clock.monotonicMs() - startMs);
};

/** Runs the site's own commands, one after the other. Errors: `SETUP_FAILED`, `TIMED_OUT`. */
export const bootstrap = async (run: BootstrapRun): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "kubera-setup-"));
  try {
    const hosts = join(folder, "hosts.tsv");
    await writeFile(hosts, hostsFile(run.bed, run.machines));
    const own = { BED_NAME: run.bed.name, BED_HOSTS_FILE: hosts };
    const environment = { ...childEnvironment(), ...run.setup.environment, ...secretVariables(run), ...own };
    for (const command of run.setup.bootstrap) await runCommand(run, command, environment);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
