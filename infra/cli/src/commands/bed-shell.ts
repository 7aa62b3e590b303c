import type { Command } from "commander";

const EXAMPLES = `
Examples:
  pnpm e2e bed shell konvoy                                     your own shell; exit ends it
  pnpm e2e bed shell konvoy --cluster c2 -- kubectl get nodes
  pnpm e2e bed shell konvoy -- govc ls /ha-datacenter/vm

It sets KUBECONFIG, GOVC_URL, GOVC_USERNAME, GOVC_PASSWORD, the trust in vSphere, and proxy variables when the bed has a jump
host or a proxy. Its exit code is the command's.
`;

/** `e2e bed shell`. */
export const addBedShell = (bed: Command): void => {
  bed
    .command("shell <bed> [command...]")
    .description("a shell in which kubectl and govc reach the bed, also through its jump host; or one command, behind --")
    .option("--cluster <name>", "the cluster that kubectl speaks to; default the one of role server")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, command: readonly string[], flags: { readonly cluster?: string }) => {
      process.exitCode = await (await import("../bed-shell.ts")).shellIntoBed(name, flags, command);
    });
};
