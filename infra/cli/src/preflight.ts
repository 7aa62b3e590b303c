import { loadRelease } from "@kubera-e2e/director";
import { credentialsFor, loadTestBed } from "@kubera-e2e/lifecycle";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import { placeOf } from "./run-place.ts";

const refuseHostWithoutUser = ({ KUBERA_USER, KUBERA_PASS }: Settings): void => {
  const missing = [...(KUBERA_USER === undefined ? ["KUBERA_USER"] : []), ...(KUBERA_PASS === undefined ? ["KUBERA_PASS"] : [])];
  if (missing.length === 0) return;
  throw new KuberaError("SECRET_MISSING", {
    what: `KUBERA_HOST is set without ${missing.join(" and ")}`,
    where: missing.join(" and "),
    because: "the specs sign in to that Director",
    fix: "Set both, in the environment or in .env.",
  });
};

/** The values of a simulated bed are not there before its data centre has been started. */
const checkBed = (settings: Settings): void => {
  const bed = loadTestBed(undefined, settings);
  if (bed.machines.driver === "esx") credentialsFor(bed, bed.machines.credentials, settings);
  credentialsFor(bed, bed.director.admin, settings);
};

/**
 * Everything about a run that can be found wrong before anything is started.
 *
 * Errors: those of `placeOf`, `loadTestBed` and `credentialsFor`; `RELEASE_UNKNOWN`; `SECRET_MISSING` for a host without user or password.
 */
export const preflight = async (settings: Settings): Promise<void> => {
  loadRelease(settings.KUBERA_BUILD);
  if (settings.KUBERA_HOST !== undefined) refuseHostWithoutUser(settings);
  const { bed, target } = await placeOf(settings);
  if (bed !== "host" && (target === "real" || settings.KUBERA_VALUES !== undefined)) checkBed(settings);
};
