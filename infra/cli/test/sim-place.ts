import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { outcomeSchema, type Outcome } from "@kubera-e2e/schema/outcome";
import { runE2e } from "./run-e2e.ts";
import { newWorkplace, type Workplace } from "./workplace.ts";

/** One simulated data centre for all tests of a file, and a workplace whose runs use it. */
export interface SimPlace {
  readonly sim: RunningSim;
  readonly workplace: Workplace;
  /** Runs of this environment use the bed of the simulated data centre. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of Director's administrator. */
  readonly password: string;
  /** Runs one test on its bed, so that Director is installed there and a set holds it. */
  makeDirector(): Promise<void>;
  /** Outcome of the newest run here. */
  outcome(): Outcome;
  close(): Promise<void>;
}

interface Values {
  readonly secrets: Readonly<Record<"vsphere" | "director-admin", { readonly username: string; readonly password: string }>>;
}

export const readValues = (file: string): Values => JSON.parse(readFileSync(file, "utf8")) as Values;

/** The newest run of a workplace. */
export const newestOutcome = ({ artifacts, runs }: Pick<Workplace, "artifacts" | "runs">): Outcome =>
  outcomeSchema.parse(JSON.parse(readFileSync(join(artifacts, runs().at(-1) ?? "", "outcome.json"), "utf8")));

export const openSimPlace = async (speed = 150): Promise<SimPlace> => {
  const sim = await startSim({ speed, shared: false });
  const workplace = newWorkplace();
  const environment = { ...workplace.environment, KUBERA_STORE: join(workplace.root, "store"), KUBERA_VALUES: sim.up.values };
  return {
    sim,
    workplace,
    environment,
    password: readValues(sim.up.values).secrets["director-admin"].password,
    makeDirector: async () => {
      const { code, out, err } = await runE2e(environment, ["test", "--grep", "the Administrator gets a token"]);
      if (code !== 0) throw new Error(`Director could not be made, exit ${code ?? ""}: ${out}${err}`);
    },
    outcome: () => newestOutcome(workplace),
    close: async () => {
      workplace.remove();
      await sim.close();
    },
  };
};
