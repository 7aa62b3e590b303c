import type { Command } from "commander";
import { EXIT } from "@kubera-e2e/schema/exit-codes";

/** `e2e demo`: one red test, and why. */
export const addDemo = (program: Command): void => {
  program
    .command("demo")
    .description("fire a fault in a simulated data centre, run one test into it, and read why it is red")
    .addHelpText(
      "after",
      `\nExample:\n  pnpm e2e demo        ends with exit code ${EXIT.infrastructure}: the lab failed, not the product\n`,
    )
    .action(async () => {
      const { runDemo } = await import("../run-demo.ts");
      process.exitCode = await runDemo();
    });
};
