import type { Machines } from "@kubera-e2e/machines";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedClients, BedContext } from "./bed-context.ts";
import { fileMarks } from "./bed-marks.ts";
import { credentialsFor } from "./credentials.ts";
import { httpTrust } from "./http-trust.ts";
import { openClients, type OpenClientsOptions } from "./open-clients.ts";
import { restoreLog } from "./restore-log.ts";
import { storeFolder } from "./store-folder.ts";

export interface OpenBedOptions extends OpenClientsOptions {
  /** Folder of the run's artifacts; restore.json is written there. */
  readonly artifacts?: string;
}

const openTheMachines = async ({ bed, ways }: BedClients, settings: Settings, options: OpenBedOptions): Promise<Machines> => {
  const { redactor, transcript } = options;
  const { openMachines } = await import("@kubera-e2e/machines");
  if (bed.machines.driver === "none") return openMachines(bed.machines, { redactor });
  if (bed.machines.driver === "exec") {
    const secrets = Object.fromEntries(bed.machines.secrets.map((name) => [name, credentialsFor(bed, name, settings)]));
    return openMachines(bed.machines, { secrets, redactor });
  }
  const trust = await httpTrust(bed.machines.trust);
  const credentials = credentialsFor(bed, bed.machines.credentials, settings);
  const access = ways.to("machines");
  return openMachines(bed.machines, { credentials, redactor, transcript, access, ...(trust?.ca !== undefined && { caPem: trust.ca }) });
};

/**
 * A bed with its machines and clients. Nothing is sent before it is used; `close` logs out and hangs up.
 *
 * Errors: as `openClients`.
 */
export const openBed = async (bed: TestBed, settings: Settings, options: OpenBedOptions): Promise<BedContext> => {
  const clients = await openClients(bed, settings, options);
  const machines = await openTheMachines(clients, settings, options);
  return {
    ...clients,
    machines,
    marks: fileMarks(storeFolder(settings)),
    onRestored: restoreLog(options.artifacts),
    close: async () => {
      await Promise.allSettled([machines.close()]);
      await clients.close();
    },
  };
};
