import type { Command } from "commander";

const EXAMPLES = `
Every flag of Playwright works and keeps its meaning; api is the project unless another is named.

Examples:
  pnpm test                                    the api suite on the simulated data centre
  pnpm test --grep @p0 --workers 1             only the cases of highest priority, one at a time
  pnpm test tests/auth                         one area
  pnpm test TCID-DIR-AUTH-TOKEN-MISSING-FIELDS  one case of the plan, with all its rows
  pnpm test --workers 3                        each worker has a simulated data centre of its own; two for the whole suite where there is room
  KUBERA_BED=konvoy pnpm test                  on a declared test bed
  KUBERA_HOST=http://10.0.0.5 KUBERA_USER=Administrator KUBERA_PASS=… pnpm test
  KUBERA_GUI=1 pnpm test --project=gui         the browser specs
  pnpm test --project=chaos                    kills and outages; they exist only where they are named
  pnpm test --keep=on-failure                  keeps the bed's state when a test fails, and prints the line that brings it back
`;

/** `e2e test`: a thin launcher around Playwright; `argv` is the whole command line, since commander drops a `--` that must be refused. */
export const addTest = (program: Command, argv: readonly string[]): void => {
  program
    .command("test")
    .description("run specs with Playwright, then say why and build the report")
    .argument("[playwright flags...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption("--help-e2e", "show this help; --help shows Playwright's")
    .addHelpText("after", EXAMPLES)
    .action(async () => {
      const { launchTests } = await import("../launch-tests.ts");
      process.exitCode = await launchTests(argv.slice(argv.indexOf("test") + 1));
    });
};
