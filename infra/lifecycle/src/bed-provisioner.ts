import { openProvisioner, type Provisioner } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { BedContext } from "./bed-context.ts";
import { credentialsFor } from "./credentials.ts";
import { httpTrust } from "./http-trust.ts";

/**
 * What makes and destroys the VMs of a bed. Nothing is sent before it is used.
 *
 * Errors: `RESTORE_UNSUPPORTED` for a driver that makes no machines, `SECRET_MISSING`.
 */
export const openBedProvisioner = async (
  { bed, ways }: Pick<BedContext, "bed" | "ways">,
  settings: Settings,
  redactor: Redactor,
): Promise<Provisioner> => {
  const { machines } = bed;
  if (machines.driver !== "esx") {
    throw new KuberaError("RESTORE_UNSUPPORTED", {
      what: `the VMs of the bed ${bed.name} can neither be made nor destroyed from here`,
      where: `machines.driver: ${machines.driver} in the bed's file`,
      because: "only the driver esx lists, clones and destroys VMs",
      fix: "Make or remove the VMs by hand; e2e bed snapshot takes the set of a bed that is there.",
    });
  }
  const trust = await httpTrust(machines.trust);
  const credentials = credentialsFor(bed, machines.credentials, settings);
  return openProvisioner(machines, { credentials, caPem: trust?.ca, access: ways.to("machines"), redactor });
};
