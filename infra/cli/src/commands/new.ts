import type { Command } from "commander";
import { REPOSITORY } from "../repository.ts";

const EXAMPLES = `
Examples:
  pnpm e2e new TCID-DIR-CLUSTER-CONNECT-MULTI            writes tests/cluster/connect-multi.api.spec.ts
  pnpm e2e new TCID-DIR-CLUSTER-CONNECT-MULTI --print

The spec is a draft: it fails, one soft expectation for each line that the plan expects. A failing draft leaves the exit code
of a run alone, except under CI. When every line is asserted, remove \`draft: true\` and add \`automated: true\` to the entry.
`;

interface NewFlags {
  readonly file?: string;
  readonly print?: boolean;
}

/** `e2e new`: from an entry of the plan to a draft of its spec. */
export const addNew = (program: Command): void => {
  program
    .command("new <id>")
    .description("write the skeleton of a spec from its entry in the plan; nothing is overwritten")
    .option("--file <path>", "the spec, relative to the repository; default tests/<area>/<words of the id>.<kind>.spec.ts")
    .option("--print", "print it instead")
    .addHelpText("after", EXAMPLES)
    .action(async (id: string, { file, print }: NewFlags) => {
      const { readPlan } = await import("../plan/read-plan.ts");
      const { findCase, writeSkeleton } = await import("../plan/new-spec.ts");
      const { specSkeleton } = await import("../plan/spec-skeleton.ts");
      const entry = findCase(readPlan(REPOSITORY), id);
      console.log(print === true ? specSkeleton(entry) : `${writeSkeleton(REPOSITORY, entry, file)} is a draft of ${entry.id}`);
    });
};
