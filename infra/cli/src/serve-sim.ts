import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { readSettings } from "@kubera-e2e/schema/settings";

export interface ServeSimOptions {
  readonly speed?: string;
  readonly json: boolean;
  readonly shared: boolean;
  readonly bed?: string;
  /** Processes whose end ends it. */
  readonly parents: readonly number[];
}

const readSpeed = (text: string | undefined): number => {
  const speed = text === undefined ? readSettings().KUBERA_SIM_SPEED : Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new KuberaError("USAGE", {
    what: `--speed ${text ?? ""} is not a positive number`,
    where: "e2e sim up --speed",
    because: "durations are divided by it",
    fix: "Write --speed 60, or --speed 1 for real durations.",
  });
};

const announce = (sim: RunningSim, json: boolean): void => {
  if (json) {
    console.log(JSON.stringify(sim.up));
    return;
  }
  const { up } = sim;
  const clusters = up.clusters.map((cluster) => `  ${cluster.name.padEnd(9)} ${cluster.url}  KUBECONFIG=${cluster.kubeconfig}`);
  const lines = [
    "SIMULATED data centre is up (Ctrl-C ends it)",
    `  vSphere   ${up.vsphere.url}  (user and password: ${up.values})`,
    ...clusters,
    `  registry  ${up.registry.url}`,
    `  Director  ${up.director.url}`,
    `  CA        ${up.ca}`,
    `values: ${up.values}`,
  ];
  console.log(lines.join("\n"));
};

/** Starts the simulated data centre and stays until a signal comes or a watched process is gone. */
export const serveSim = async (options: ServeSimOptions): Promise<never> => {
  // From the first moment on, and as often as it is told: whoever finds it may end it, and then its folder must go too.
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end.abort());
  const sim = await startSim({
    speed: readSpeed(options.speed),
    shared: options.shared,
    parents: options.parents,
    ...(options.bed !== undefined && { bed: options.bed }),
  });
  end.signal.addEventListener("abort", () => void sim.close());
  if (end.signal.aborted) await sim.close();
  else announce(sim, options.json);
  await sim.closed;
  // What simulated machines had under way still holds timers, and a parent that is gone must not be outlived by them.
  process.exit(EXIT.passed);
};
