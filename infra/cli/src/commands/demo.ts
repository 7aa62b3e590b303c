import type { Command } from "commander";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { startSim } from "@kubera-e2e/sim";
import { launchTests } from "../launch-tests.ts";
import { SimControl } from "../sim-control.ts";

const FAULT = "node-disk-full";
const CASE = "TCID-DIR-INSTALL-ON-LOCAL-HP";

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
      const sim = await startSim({ speed: 60, shared: false, parents: [process.pid, process.ppid] });
      try {
        const fault = await new SimControl(sim.up).fire(FAULT);
        console.log(
          `SIMULATED data centre is up. Fault in force: ${fault.title}.\n${fault.story}\nNow Director is to be installed on it (${CASE}):\n`,
        );
        process.exitCode = await launchTests(["tests/install", "--grep", "installs Director on a bare cluster"], {
          KUBERA_BED: "sim",
          KUBERA_VALUES: sim.up.values,
        });
      } finally {
        await sim.close();
      }
    });
};
