import { InvalidArgumentError, type Command } from "commander";
import type { SimControl } from "../sim-control.ts";

const EXAMPLES = `
Examples:
  pnpm e2e sim up                        start one; tests that run meanwhile use it
  pnpm e2e sim up --json > sim.json &    its URLs and files for a script
  pnpm e2e sim status
  pnpm e2e sim fault fire node-disk-full
`;

interface UpOptions {
  readonly speed?: string;
  readonly json?: boolean;
  readonly private?: boolean;
  readonly bed?: string;
  readonly watchPid?: string[];
}

const readPid = (text: string): number => {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no process number.`);
};

const openControl = async (): Promise<SimControl> => (await import("../sim-control.ts")).SimControl.ofSharedSim();

const addFault = (sim: Command): void => {
  const fault = sim.command("fault").description("trouble on purpose");
  fault
    .command("list")
    .description("faults that can be fired, and those in force")
    .option("--json", "pure JSON")
    .action(async (options: { json?: boolean }) => {
      const control = await openControl();
      const faults = await control.faults();
      if (options.json === true) console.log(JSON.stringify(faults, undefined, 2));
      else for (const line of control.describeFaults(faults)) console.log(line);
    });
  fault
    .command("fire <id>")
    .description("put a fault in force until it is cleared")
    .action(async (id: string) => {
      const fired = await (await openControl()).fire(id);
      console.log(`${fired.id}: ${fired.title}\n${fired.story}`);
    });
  fault
    .command("clear <id>")
    .description("end a fault")
    .action(async (id: string) => {
      console.log((await (await openControl()).clear(id)) ? `${id} is cleared` : `${id} was not in force`);
    });
};

/** `e2e sim`: the simulated data centre by hand. */
export const addSim = (program: Command, _argv: readonly string[], startedBy: number): void => {
  const sim = program.command("sim").description("the simulated data centre").addHelpText("afterAll", EXAMPLES);
  sim
    .command("up")
    .description("start it and keep it until Ctrl-C, or the end of what started it")
    .option("--speed <factor>", "by how much durations are divided (default KUBERA_SIM_SPEED)")
    .option("--json", "print one JSON object with every URL and file, then stay")
    .option("--private", "for the process that starts it alone: other runs do not find it")
    .option("--bed <name>", "the bed for which its set bare is taken (default sim)")
    .option(
      "--watch-pid <pid...>",
      "end as soon as one of these processes is gone, too; a script passes its own, for it may end while this starts",
    )
    .action(async (options: UpOptions) => {
      const { serveSim } = await import("../serve-sim.ts");
      await serveSim({
        ...(options.speed !== undefined && { speed: options.speed }),
        ...(options.bed !== undefined && { bed: options.bed }),
        json: options.json === true,
        shared: options.private !== true,
        parents: [startedBy, ...(options.watchPid ?? []).map(readPid)],
      });
    });
  sim
    .command("status")
    .description("machines, disks and faults of the running one")
    .option("--json", "pure JSON")
    .action(async (options: { json?: boolean }) => {
      const control = await openControl();
      const status = await control.status();
      if (options.json === true) console.log(JSON.stringify(status, undefined, 2));
      else for (const line of control.describeStatus(status)) console.log(line);
    });
  addFault(sim);
};
