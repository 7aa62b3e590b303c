import { EXIT } from "@kubera-e2e/schema/exit-codes";
import type { Command } from "commander";
import { REPOSITORY } from "../repository.ts";

const COVERAGE = `
Each column counts cases of the plan, tests/<area>/plan.yaml:
  planned        entries that apply to the release in KUBERA_BUILD (\`since\`, \`until\`), waived ones too
  automated      of these, named by a spec that is no draft; whether it passes is told by runs, not here
  runnable here  of the planned ones, automated or not, those whose every need the bed gives: what its file shows, what it
                 declares under \`provides\`, and a browser with KUBERA_GUI=1
  assumption     of the automated ones, those where a spec rests on an assumption of infra/sim/assumptions.yaml
  waived         of the planned ones, those with a reason and a date not to automate them

Examples:
  pnpm e2e plan coverage                 for the simulated data centre, or the bed in KUBERA_BED
  pnpm e2e plan coverage --bed konvoy --json
  pnpm e2e plan coverage --open          what could be automated here and is not, the most important first
`;

const DOCS = `
docs/reference/<area>/<id>.md, and an index by area in docs/reference/README.md. A page is made of the case's entry in plan.yaml, of its
tests as Playwright lists them, and of the assumptions that they rest on. After a merge that conflicts in these pages, take either side
and run it again.

Examples:
  pnpm e2e plan docs            writes the pages that are stale, and removes those of no case
  pnpm e2e plan docs --check    writes nothing; ends with 1 when a page is stale, as \`pnpm check\` does
`;

interface CoverageFlags {
  readonly bed?: string;
  readonly json?: boolean;
  readonly open?: boolean;
}

/** `e2e plan`: what is planned, and how much of it is held by specs. */
export const addPlan = (program: Command): void => {
  const plan = program.command("plan").description("the test plan and its coverage");
  plan
    .command("coverage")
    .description("how much of the plan is automated, by area, day, priority and kind")
    .option("--bed <name>", "the bed that decides what is runnable; default KUBERA_BED, then sim")
    .option("--json", "pure JSON: one row for each area, day, priority and kind")
    .option("--open", "list the cases that are runnable here and neither automated nor waived")
    .addHelpText("after", COVERAGE)
    .action(async (flags: CoverageFlags) => {
      const { tellCoverage } = await import("../plan/tell-coverage.ts");
      for (const line of tellCoverage(flags)) console.log(line);
    });
  plan
    .command("docs")
    .description("write the reference page of every automated case")
    .option("--check", "only say which pages are stale")
    .addHelpText("after", DOCS)
    .action(async ({ check }: { readonly check?: boolean }) => {
      const { staleReference, writeReference } = await import("../plan/reference.ts");
      const lines = check === true ? await staleReference(REPOSITORY) : await writeReference(REPOSITORY);
      for (const line of lines) console.log(line);
      if (check === true && lines.length > 0) process.exitCode = EXIT.failed;
    });
};
