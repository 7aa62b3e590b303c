import type { Command } from "commander";
import type { ContractAsked } from "../contract/tell-answers.ts";

const DIRECTOR = `
What the public facts about Director leave open is an assumption of infra/sim/assumptions.yaml. This asks a Director that exists:
  confirmed  all that was looked at is as the simulated one does it; --json lists what that was
  refuted    it does something else; each difference is told
  untried    it was not asked, and why

Without --write nothing is changed; one login with a wrong password is among the questions. With it, accounts
(e2e-contract-…@example.org, which stay), and invitations and clusters of those accounts alone (which are removed) are made.
Exit code: 1 when one is refuted, or when a question could not be asked.

Examples:
  KUBERA_USER=Administrator KUBERA_PASS=… pnpm e2e contract director --host http://10.0.0.7
  pnpm e2e contract director --host http://10.0.0.7 --write --save     answers go into infra/sim/assumptions.yaml
  pnpm e2e contract director --only A-LOGIN-REFUSAL,A-ENVELOPE --json
`;

/** `e2e contract`: whether what we believe about the systems we talk to is so. */
export const addContract = (program: Command): void => {
  const contract = program.command("contract").description("ask real systems whether what is assumed about them is so");
  contract
    .command("director")
    .description("ask a Director about each assumption that the simulated one makes")
    .option("--host <url>", "the Director to ask; default KUBERA_HOST. KUBERA_USER and KUBERA_PASS are its Administrator's")
    .option("--only <ids>", "assumptions by id, separated by commas")
    .option("--write", "ask too what makes accounts and clusters of its own")
    .option("--save", "keep the answers of this release in infra/sim/assumptions.yaml")
    .option("--json", "pure JSON: every observation of every answer")
    .addHelpText("after", DIRECTOR)
    .action(async (flags: ContractAsked) => {
      const { tellAnswers } = await import("../contract/tell-answers.ts");
      process.exitCode = await tellAnswers(flags, (line) => console.log(line));
    });
};
