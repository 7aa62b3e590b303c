import type { Command } from "commander";

interface JsonOption {
  readonly json?: boolean;
}

const actions = () => import("../bed-lease.ts");

/** Option of every verb that needs the bed for itself. */
export const WAIT_OPTION = ["--wait <duration>", "wait so long for a bed that somebody holds: 30m; default KUBERA_LEASE_WAIT"] as const;

const HOLD_EXAMPLES = `
Examples:
  pnpm e2e bed hold konvoy --until 18:00 --reason "looking at the failed upgrade"
  pnpm e2e bed hold konvoy --until 2h --reason "new disks" --wait 30m
  pnpm e2e bed release konvoy
`;

/** `e2e bed hold` and `release`: a bed kept by a person. */
export const addLeasing = (bed: Command): void => {
  bed
    .command("hold <bed>")
    .description("keep a bed from all runs until a time; it is free again by itself")
    .requiredOption("--until <time>", "2h30m, 18:00, or 2026-11-28T18:00")
    .requiredOption("--reason <text>", "what whoever waits for the bed is told")
    .option(...WAIT_OPTION)
    .option("--json", "pure JSON")
    .addHelpText("after", HOLD_EXAMPLES)
    .action(async (name: string, options: JsonOption & { until: string; reason: string; wait?: string }) =>
      (await actions()).holdBed(name, options),
    );
  bed
    .command("release <bed>")
    .description("free a bed that a person holds, or whose holder died")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON")
    .addHelpText("after", HOLD_EXAMPLES)
    .action(async (name: string, options: JsonOption & { yes?: boolean }) => (await actions()).releaseBed(name, options));
};
