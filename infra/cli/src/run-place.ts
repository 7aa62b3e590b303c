import { bedTarget } from "@kubera-e2e/lifecycle";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { Target } from "@kubera-e2e/schema/target";
import { findSharedSim } from "@kubera-e2e/sim/find";

/** Where the tests of a run are. */
export interface RunPlace {
  /** Name of the test bed; `host` when KUBERA_HOST names an existing Director. */
  readonly bed: string;
  readonly target: Target;
}

const refuseTwoPlaces = ({ KUBERA_BED, KUBERA_HOST }: Settings): void => {
  if (KUBERA_BED === undefined || KUBERA_HOST === undefined) return;
  throw new KuberaError("SETTING_REFUSED", {
    what: "KUBERA_BED and KUBERA_HOST are both set, and a run has one place",
    where: `KUBERA_BED=${KUBERA_BED} and KUBERA_HOST=${KUBERA_HOST}`,
    because: "a bed brings its own Director, and an existing one is never restored",
    fix: "Unset KUBERA_HOST to run on the bed, or KUBERA_BED to run against that Director.",
  });
};

const originOf = (url: string): string => new URL(url).origin;

/** An existing Director may be that of a simulated data centre, and a run against it must say so. */
const targetOfHost = (host: string): Target => {
  const sim = findSharedSim();
  return sim !== undefined && originOf(sim.director.url) === originOf(host) ? "sim" : "real";
};

/**
 * Bed and target of a run, from its settings and the bed's file alone.
 *
 * Errors: `SETTING_REFUSED` for a bed and a host at once, `BED_UNKNOWN`, `BED_INVALID`, `BED_REQUIRED` under CI.
 */
export const placeOf = (settings: Settings): RunPlace => {
  refuseTwoPlaces(settings);
  const { KUBERA_BED: bed = "sim", KUBERA_HOST: host } = settings;
  return host === undefined ? { bed, target: bedTarget(bed, settings) } : { bed: "host", target: targetOfHost(host) };
};
