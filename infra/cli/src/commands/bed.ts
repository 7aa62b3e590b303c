import type { Command } from "commander";
import { stateName } from "@kubera-e2e/schema/bed-state";
import { addDiscover } from "./bed-discover.ts";
import { addProvisioning } from "./bed-provisioning.ts";
import { addLeasing, WAIT_OPTION } from "./bed-lease.ts";
import { addBedShell } from "./bed-shell.ts";
import { addBedTrust } from "./bed-trust.ts";
import { addBedSets } from "./bed-sets.ts";

const EXAMPLES = `
Examples:
  pnpm e2e bed list
  pnpm e2e bed plan sim --state bare           what a restore would do, step by step
  pnpm e2e bed status konvoy                   lease, mark, and each VM with its power and sets
  pnpm e2e bed snapshot konvoy --state bare    prints what it would do and asks
  pnpm e2e bed restore konvoy --state director@1.12.0 --yes
  pnpm e2e bed hold konvoy --until 18:00 --reason "looking at the failed upgrade"

The bed sim needs a running simulated data centre: pnpm e2e sim up
`;

interface JsonOption {
  readonly json?: boolean;
}

interface StateOption extends JsonOption {
  readonly state: string;
}

interface RestoreFlags extends JsonOption {
  readonly state?: string;
  readonly frozen?: string;
  readonly until?: string;
  readonly wait?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

const actions = () => import("../bed-actions.ts");

const STATE = [
  "--state <state>",
  `bare; director, openebs or openebs-base of the build under test; ${stateName("director", "1.11.0")}`,
] as const;

const addLooking = (bed: Command): void => {
  bed
    .command("list")
    .description("every test bed that a file declares")
    .option("--json", "pure JSON")
    .action(async (options: JsonOption) => (await actions()).listBeds(options));
  bed
    .command("plan <bed>")
    .description("print what a restore would do; nothing is touched")
    .requiredOption(...STATE)
    .option("--json", "pure JSON")
    .action(async (name: string, options: StateOption) => (await actions()).planBed(name, options));
  bed
    .command("status <bed>")
    .description("who holds it, what it was last restored to, and its VMs")
    .option("--json", "pure JSON")
    .action(async (name: string, options: JsonOption) => (await actions()).showStatus(name, options));
};

const addChanging = (bed: Command): void => {
  bed
    .command("snapshot <bed>")
    .description("power all VMs off and take a set of memory-less snapshots")
    .requiredOption(...STATE)
    .option("--as-is", "also of a bed whose restore died: you have seen to it that all VMs stand at one time")
    .option(...WAIT_OPTION)
    .option("--dry-run", "print what would be done and stop")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON")
    .action(async (name: string, options: RestoreFlags & StateOption & { readonly asIs?: boolean }) =>
      (await actions()).snapshotBed(name, options),
    );
  bed
    .command("restore <bed>")
    .description("bring all VMs of all clusters back to one set")
    .option(...STATE)
    .option("--frozen <id>", "in place of --state: the state that a failed run kept, as evidence; nothing in it is waited for")
    .option("--until <phase>", "same-set: stop when every VM is proven to be on the set; the VMs stay off")
    .option(...WAIT_OPTION)
    .option("--dry-run", "print the plan and stop")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON")
    .action(async (name: string, options: RestoreFlags) => (await actions()).restoreBed(name, options));
};

/** `e2e bed`: test beds by hand. */
export const addBed = (program: Command): void => {
  const bed = program
    .command("bed")
    .description("test beds: discover, set up, list, plan, status, snapshot, restore, gc, renew, hold, release, trust, shell, dispose")
    .addHelpText("afterAll", EXAMPLES);
  addLooking(bed);
  addChanging(bed);
  addDiscover(bed);
  addProvisioning(bed);
  addLeasing(bed);
  addBedTrust(bed);
  addBedShell(bed);
  addBedSets(bed);
};
