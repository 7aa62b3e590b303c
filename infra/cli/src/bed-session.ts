import { dirname } from "node:path";
import { bedTarget, loadTestBed, openBed, type BedContext, type ProgressEvent } from "@kubera-e2e/lifecycle";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { findSharedSim } from "@kubera-e2e/sim/find";

export interface OpenedBed {
  readonly context: BedContext;
  readonly settings: Settings;
}

const simValues = (): string => {
  const sim = findSharedSim();
  if (sim !== undefined) return sim.values;
  throw new KuberaError("SIM_NOT_RUNNING", {
    what: "the bed sim needs a running simulated data centre",
    where: "this computer",
    because: "none that `e2e sim up` started is alive",
    fix: "Start one in another terminal: pnpm e2e sim up",
  });
};

/** A simulated data centre keeps its own leases and marks: they end with it. */
export const settingsFor = (name: string): Settings => {
  const settings = readSettings();
  if (bedTarget(name, { ...settings, CI: false }) === "real") return settings;
  const values = settings.KUBERA_VALUES ?? simValues();
  return { ...settings, KUBERA_VALUES: values, KUBERA_STORE: settings.KUBERA_STORE ?? dirname(values) };
};

/** Opens a bed for one command and closes it behind. Errors: those of `loadTestBed` and `openBed`, `SIM_NOT_RUNNING`. */
export const withBed = async <T>(
  name: string,
  onProgress: (event: ProgressEvent) => void,
  work: (opened: OpenedBed) => Promise<T>,
): Promise<T> => {
  const settings = settingsFor(name);
  const context = await openBed(loadTestBed(name, settings), settings, { redactor: new Redactor(), onProgress });
  try {
    return await work({ context, settings });
  } finally {
    await context.close();
  }
};
