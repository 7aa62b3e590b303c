import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DIRECT, openAccess, type Way } from "@kubera-e2e/http/access";
import { openProvisioner, parseVsphereAddress, type Provisioner } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedAccess } from "@kubera-e2e/schema/bed-access";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Credentials, Settings } from "@kubera-e2e/schema/settings";
import type { Trust } from "@kubera-e2e/schema/test-bed";
import { readBedValues } from "./bed-values.ts";
import { trustOfGovc } from "./govc-trust.ts";
import { httpTrust } from "./http-trust.ts";

/** Where an inventory is, before any bed declares it. */
export interface InventoryAddress {
  /** A host, host:port or URL; GOVC_URL when absent. */
  readonly url?: string | undefined;
  readonly pin?: string | undefined;
  /** Path of a PEM bundle. */
  readonly ca?: string | undefined;
  /** The way there; straight when absent, unless the proxy variables say otherwise. */
  readonly access?: BedAccess | undefined;
}

export interface OpenedInventory {
  readonly endpoint: string;
  readonly trust: Trust | undefined;
  readonly provisioner: Provisioner;
  /** Logs out, and ends what was started for the way there. */
  close(): Promise<void>;
}

const SECRET = "vsphere";

const endpointOf = ({ url }: InventoryAddress, settings: Settings): string => {
  const given = url ?? settings.GOVC_URL;
  if (given === undefined) {
    throw new KuberaError("USAGE", {
      what: "no vCenter or ESX host is named",
      where: "--url, or GOVC_URL in the environment",
      because: "an inventory is read from one of them",
      fix: "Write e2e bed discover --url https://vcenter.lab.example/sdk.",
    });
  }
  const { baseUrl, path } = parseVsphereAddress(given);
  return `${baseUrl}${path}`;
};

const givenSecret = (name: string, settings: Settings, other?: Credentials): Credentials | undefined =>
  [settings.secrets.get(name), readBedValues(settings).secrets.get(name), other].find(
    (one) => one !== undefined && one.username !== "" && one.password !== "",
  );

const credentialsFrom = (settings: Settings): Credentials => {
  const ofGovc = { username: settings.GOVC_USERNAME ?? "", password: settings.GOVC_PASSWORD ?? "" };
  const found = givenSecret(SECRET, settings, ofGovc);
  if (found !== undefined) return found;
  throw new KuberaError("SECRET_MISSING", {
    what: `the secret "${SECRET}" is not given`,
    where: "the environment of this process, or the file of KUBERA_VALUES",
    because: "vSphere asks for user and password before it shows its inventory",
    fix: "Set KUBERA_SECRET_VSPHERE_USERNAME and KUBERA_SECRET_VSPHERE_PASSWORD, or GOVC_USERNAME and GOVC_PASSWORD; .env is read too.",
  });
};

const readable = (file: string): string => {
  if (existsSync(file)) return file;
  throw new KuberaError("USAGE", {
    what: "the CA bundle is not there",
    where: `--ca ${file}`,
    because: "no such file",
    fix: "Give the PEM file of the CA that signed the host's certificate, or run without --ca to see the certificate's fingerprint.",
  });
};

const trustFrom = ({ pin, ca }: InventoryAddress, endpoint: string, settings: Settings): Trust | undefined => {
  if (pin === undefined) return ca === undefined ? trustOfGovc(settings, endpoint) : { ca: readable(resolve(ca)) };
  if (/^sha256:[0-9a-f]{64}$/.test(pin)) return { pin };
  throw new KuberaError("USAGE", {
    what: "--pin is no fingerprint of a certificate",
    where: `--pin ${pin}`,
    because: "a pin is sha256: and 64 hex digits in lower case",
    fix: "Run without --pin: the error then shows the fingerprint to compare with the host's own.",
  });
};

const proxySecret = (name: string, settings: Settings): Credentials => {
  const found = givenSecret(name, settings);
  if (found !== undefined) return found;
  const variable = `KUBERA_SECRET_${name.toUpperCase().replaceAll("-", "_")}`;
  throw new KuberaError("SECRET_MISSING", {
    what: `the secret "${name}" of the proxy is not given`,
    where: "the environment of this process, or the file of KUBERA_VALUES",
    because: "--proxy-secret names it",
    fix: `Set ${variable}_USERNAME and ${variable}_PASSWORD; .env is read too.`,
  });
};

const wayOf = ({ access }: InventoryAddress, settings: Settings, redactor: Redactor): Way =>
  access === undefined ? undefined : openAccess(access, { redactor, secret: (name) => proxySecret(name, settings) });

/** The inventory of a vCenter or ESX host. Errors: `USAGE`, `SETTING_INVALID`, `SECRET_MISSING`. */
export const openInventory = async (address: InventoryAddress, settings: Settings, redactor: Redactor): Promise<OpenedInventory> => {
  const endpoint = endpointOf(address, settings);
  const trust = trustFrom(address, endpoint, settings);
  const caPem = (await httpTrust(trust))?.ca;
  const bed = { driver: "esx" as const, endpoint, credentials: SECRET, ...(trust !== undefined && { trust }) };
  const way = wayOf(address, settings, redactor);
  const provisioner = openProvisioner(bed, { credentials: credentialsFrom(settings), caPem, redactor, access: way });
  const close = async (): Promise<void> => {
    await Promise.allSettled([provisioner.close()]);
    if (way !== undefined && way !== DIRECT) await way.close();
  };
  return { endpoint, trust, provisioner, close };
};
