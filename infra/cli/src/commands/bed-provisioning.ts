import type { Command } from "commander";
import type { BedFlags } from "../bed-actions.ts";
import { WAIT_OPTION } from "./bed-lease.ts";

const SETUP_EXAMPLES = `
Examples:
  pnpm e2e bed setup lab --dry-run    what would be cloned, run and awaited
  pnpm e2e bed setup lab --yes        run again after a failure: it goes on with the VMs that are there
`;

const DISPOSE_EXAMPLES = `
Examples:
  pnpm e2e bed dispose lab --dry-run
  pnpm e2e bed dispose lab --yes      ends with another exit code than 0 when a VM of its file is left, and names it
`;

const actions = () => import("../bed-provisioning.ts");

/** `e2e bed setup` and `e2e bed dispose`. */
export const addProvisioning = (bed: Command): void => {
  bed
    .command("setup <bed>")
    .description("clone the bed's VMs from its template, run its bootstrap, wait until all nodes are Ready, take the set bare")
    .option("--dry-run", "print the plan and stop")
    .option("--yes", "do not ask")
    .option(...WAIT_OPTION)
    .option("--json", "pure JSON")
    .addHelpText("after", SETUP_EXAMPLES)
    .action(async (name: string, flags: BedFlags) => (await actions()).setUp(name, flags));
  bed
    .command("dispose <bed>")
    .description("destroy the VMs of the bed's file that setup made, and prove that none is left")
    .option("--dry-run", "print the plan and stop")
    .option("--yes", "do not ask")
    .option(...WAIT_OPTION)
    .option("--json", "pure JSON")
    .addHelpText("after", DISPOSE_EXAMPLES)
    .action(async (name: string, flags: BedFlags) => (await actions()).dispose(name, flags));
};
