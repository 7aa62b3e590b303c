import { loadRelease, openDirector, refusedStatus, type DirectorClient } from "@kubera-e2e/director";
import { credentialsFor, loadTestBed } from "@kubera-e2e/lifecycle";
import { declaredWays } from "@kubera-e2e/lifecycle/access";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import { placeOf } from "./run-place.ts";

/** Who signs in to a Director that exists; `named` says how that came to be known. Error: `SECRET_MISSING`. */
export const credentialsOfHost = (
  { KUBERA_USER, KUBERA_PASS }: Settings,
  named = "KUBERA_HOST is set",
): { readonly username: string; readonly password: string } => {
  const missing = [...(KUBERA_USER === undefined ? ["KUBERA_USER"] : []), ...(KUBERA_PASS === undefined ? ["KUBERA_PASS"] : [])];
  if (KUBERA_USER !== undefined && KUBERA_PASS !== undefined) return { username: KUBERA_USER, password: KUBERA_PASS };
  throw new KuberaError("SECRET_MISSING", {
    what: `${named} without ${missing.join(" and ")}`,
    where: missing.join(" and "),
    because: "that Director is signed in to",
    fix: "Set both, in the environment or in .env.",
  });
};

const NOT_SIGNED_IN = 401;

interface HostLogin {
  readonly url: string;
  readonly credentials: ReturnType<typeof credentialsOfHost>;
  readonly redactor: Redactor;
}

/** A Director that exists, signed in. Errors: `DIRECTOR_LOGIN_REFUSED` for a wrong login, those of `openDirector`. */
export const openHost = async ({ url, credentials, redactor }: HostLogin): Promise<DirectorClient> => {
  try {
    return await openDirector({ url, credentials, redactor });
  } catch (error) {
    if (refusedStatus(error) !== NOT_SIGNED_IN) throw error;
    throw new KuberaError("DIRECTOR_LOGIN_REFUSED", {
      what: `Director does not let ${credentials.username} in`,
      where: url,
      because: error instanceof KuberaError ? error.because : String(error),
      fix: "Correct KUBERA_USER and KUBERA_PASS, in the environment or in .env.",
      cause: error,
    });
  }
};

/** Signs in once: otherwise every test would fail for the same reason, and look like the product's fault. */
const trySignIn = async (url: string, settings: Settings): Promise<void> => {
  const credentials = credentialsOfHost(settings);
  (await openHost({ url, credentials, redactor: new Redactor([credentials.password]) })).close();
};

/** The values of a simulated bed are not there before its data centre has been started. */
const checkBed = (settings: Settings): void => {
  const bed = loadTestBed(undefined, settings);
  if (bed.machines.driver === "esx") credentialsFor(bed, bed.machines.credentials, settings);
  if (bed.machines.driver === "exec") for (const name of bed.machines.secrets) credentialsFor(bed, name, settings);
  credentialsFor(bed, bed.director.admin, settings);
  for (const way of declaredWays(bed).values())
    if (way.via === "proxy" && way.credentials !== undefined) credentialsFor(bed, way.credentials, settings);
};

/**
 * Everything about a run that can be found wrong before anything is started.
 *
 * Errors: those of `placeOf`, `loadTestBed` and `credentialsFor`; `RELEASE_UNKNOWN`; `SECRET_MISSING` for a host without user or password,
 * `DIRECTOR_LOGIN_REFUSED` for wrong ones.
 */
export const preflight = async (settings: Settings): Promise<void> => {
  loadRelease(settings.KUBERA_BUILD);
  if (settings.KUBERA_HOST !== undefined) credentialsOfHost(settings);
  const { target } = await placeOf(settings);
  if (settings.KUBERA_HOST !== undefined) await trySignIn(settings.KUBERA_HOST, settings);
  else if (target === "real" || settings.KUBERA_VALUES !== undefined) checkBed(settings);
};
