import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Credentials, Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { readBedValues } from "./bed-values.ts";

const variableOf = (name: string): string => `KUBERA_SECRET_${name.toUpperCase().replaceAll("-", "_")}`;

const isWhole = (found: Credentials | undefined): found is Credentials =>
  found !== undefined && found.username !== "" && found.password !== "";

const ofGovc = (bed: TestBed, name: string, settings: Settings): Credentials | undefined => {
  if (bed.machines.driver !== "esx" || bed.machines.credentials !== name) return undefined;
  return { username: settings.GOVC_USERNAME ?? "", password: settings.GOVC_PASSWORD ?? "" };
};

const missing = (bed: TestBed, name: string, isOfMachines: boolean): KuberaError =>
  new KuberaError("SECRET_MISSING", {
    what: `the secret "${name}" of the bed ${bed.name} is not given`,
    where: `${variableOf(name)}_USERNAME and ${variableOf(name)}_PASSWORD`,
    because: "beds refer to secrets by name only; neither the environment nor the file of KUBERA_VALUES has both its parts",
    fix: `Set both variables${isOfMachines ? ", or GOVC_USERNAME and GOVC_PASSWORD" : ""}; .env is read too.`,
  });

/**
 * User and password of a secret that a bed names: from KUBERA_SECRET_…, else the `secrets` of the file that KUBERA_VALUES names,
 * else GOVC_USERNAME and GOVC_PASSWORD for its hypervisor.
 *
 * Errors: `SECRET_MISSING` naming the variables, `SETTING_INVALID` for a values file that cannot be used.
 */
export const credentialsFor = (bed: TestBed, name: string, settings: Settings): Credentials => {
  const ofMachines = ofGovc(bed, name, settings);
  const found = [settings.secrets.get(name), readBedValues(settings).secrets.get(name), ofMachines].find(isWhole);
  if (found === undefined) throw missing(bed, name, ofMachines !== undefined);
  return found;
};
