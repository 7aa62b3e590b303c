import type { Command } from "commander";

const EXAMPLES = `
Examples:
  pnpm e2e bed trust konvoy                     every certificate that is shown, and who vouches for it
  pnpm e2e bed trust konvoy --accept machines   pin what vSphere shows, once its owner has confirmed it

Accepted certificates are kept in KUBERA_STORE/trust/<bed>.json, on this computer alone; what the bed's file says comes before them.
Exit code 20 when one is not trusted or not reached.
`;

interface Flags {
  readonly accept?: string | true;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `e2e bed trust`. */
export const addBedTrust = (bed: Command): void => {
  bed
    .command("trust <bed>")
    .description("show the certificate of every endpoint, and whether it is trusted")
    .option("--accept [endpoint]", "pin what is not trusted: machines, clusters.<name>, registry or director; all without a name")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, flags: Flags) => {
      process.exitCode = await (await import("../bed-trust.ts")).trustBed(name, flags);
    });
};
