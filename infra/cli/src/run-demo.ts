import { startSim } from "@kubera-e2e/sim";
import { launchTests } from "./launch-tests.ts";
import { SimControl } from "./sim-control.ts";

const FAULT = "node-disk-full";
const CASE = "TCID-DIR-INSTALL-ON-LOCAL-HP";
const SPEED = 60;

/** Fires a fault in a simulated data centre of its own and runs one test into it; answers the run's exit code. */
export const runDemo = async (): Promise<number> => {
  const sim = await startSim({ speed: SPEED, shared: false, parents: [process.ppid] });
  try {
    const fault = await new SimControl(sim.up).fire(FAULT);
    console.log(
      `SIMULATED data centre is up. Fault in force: ${fault.title}.\n${fault.story}\nNow Director is to be installed on it (${CASE}):\n`,
    );
    return await launchTests(["tests/install/install.api.spec.ts"], { KUBERA_BED: "sim", KUBERA_VALUES: sim.up.values });
  } finally {
    await sim.close();
  }
};
