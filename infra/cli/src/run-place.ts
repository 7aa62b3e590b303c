import { bedTarget } from "@kubera-e2e/lifecycle/load-test-bed";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { SIMULATED_HEADER, type Target } from "@kubera-e2e/schema/target";

/** Where the tests of a run are. */
export interface RunPlace {
  /** Name of the test bed; `host` when KUBERA_HOST names an existing Director. */
  readonly bed: string;
  readonly target: Target;
}

export const DEFAULT_BED = "sim";

const refuseTwoPlaces = ({ KUBERA_BED, KUBERA_HOST }: Settings): void => {
  if (KUBERA_BED === undefined || KUBERA_HOST === undefined) return;
  throw new KuberaError("SETTING_REFUSED", {
    what: "KUBERA_BED and KUBERA_HOST are both set, and a run has one place",
    where: `KUBERA_BED=${KUBERA_BED} and KUBERA_HOST=${KUBERA_HOST}`,
    because: "a bed brings its own Director, and an existing one is never restored",
    fix: "Unset KUBERA_HOST to run on the bed, or KUBERA_BED to run against that Director.",
  });
};

const ASK_MS = 10_000;

/** An existing Director may be a simulated one, wherever it runs and whoever started it; it says so itself. */
export const targetOfHost = async (host: string): Promise<Target> => {
  const { connectDirector } = await import("@kubera-e2e/director");
  const director = connectDirector({ url: host, redactor: new Redactor(), timeoutMs: ASK_MS });
  try {
    const { headers } = await director.request({ method: "GET", path: "/ping" });
    return headers[SIMULATED_HEADER] === undefined ? "real" : "sim";
  } finally {
    director.close();
  }
};

/**
 * Bed and target of a run: from the bed's file, which needs nothing to run yet, or from what the Director of KUBERA_HOST answers.
 *
 * Errors: `SETTING_REFUSED` for a bed and a host at once, `BED_UNKNOWN`, `BED_INVALID`, `BED_REQUIRED` under CI; those of the room http
 * when no Director answers.
 */
export const placeOf = async (settings: Settings): Promise<RunPlace> => {
  refuseTwoPlaces(settings);
  const { KUBERA_BED: bed = DEFAULT_BED, KUBERA_HOST: host } = settings;
  return host === undefined ? { bed, target: bedTarget(bed, settings) } : { bed: "host", target: await targetOfHost(host) };
};
