import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import { systemClock } from "@kubera-e2e/schema/clock";
import { createHttp, type HttpTrust, type Transcript } from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Credentials } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { AnnotationStore } from "./annotations.ts";
import { parseVsphereAddress } from "./esx/address.ts";
import { EsxAnnotations } from "./esx/esx-annotations.ts";
import { EsxMachines } from "./esx/esx-machines.ts";
import { EsxProvisioner } from "./esx/esx-provisioner.ts";
import { probeLimitations } from "./esx/limitations.ts";
import { Session } from "./esx/session.ts";
import { SoapClient } from "./esx/soap.ts";
import { escapeXml } from "./esx/xml.ts";
import { ExecMachines } from "./exec/exec-machines.ts";
import { NoMachines } from "./none/none-machines.ts";
import type { Limitation, Machines } from "./port.ts";
import type { Provisioner } from "./provisioner.ts";

export interface OpenMachinesOptions {
  /** Of the secret that the bed's machines.credentials names. */
  readonly credentials?: Credentials | undefined;
  /** Of the secrets that the bed's machines.secrets names, for the scripts of the driver exec. */
  readonly secrets?: Readonly<Record<string, Credentials>> | undefined;
  /** What the file of the bed's machines.trust.ca holds. */
  readonly caPem?: string | undefined;
  /** The opened machines.access of the bed. */
  readonly access?: Way;
  readonly redactor: Redactor;
  readonly transcript?: Transcript | undefined;
  /** For one call; default 30 s. Tasks take as long as their signal lets them. */
  readonly timeoutMs?: number;
}

type Bed = TestBed["machines"];
type EsxBed = Extract<Bed, { driver: "esx" }>;
type ExecBed = Extract<Bed, { driver: "exec" }>;

const variableOf = (secret: string): string => `KUBERA_SECRET_${secret.toUpperCase().replaceAll("-", "_")}`;

const secretMissing = (secret: string, parts: { readonly where: string; readonly because: string }): KuberaError =>
  new KuberaError("SECRET_MISSING", {
    what: `the secret "${secret}" is not given`,
    ...parts,
    fix: `Set ${variableOf(secret)}_USERNAME and ${variableOf(secret)}_PASSWORD.`,
  });

const credentialsOf = (bed: EsxBed, { credentials, redactor }: OpenMachinesOptions): Credentials => {
  if (credentials === undefined) {
    const because = `vSphere at ${bed.endpoint} asks for user and password`;
    throw secretMissing(bed.credentials, { where: "machines.credentials in the bed's file", because });
  }
  redactor.add(credentials.password);
  // As it stands in the login's envelope.
  redactor.add(escapeXml(credentials.password));
  return credentials;
};

const trustOf = ({ trust }: EsxBed, { caPem }: OpenMachinesOptions): HttpTrust | undefined => {
  if (trust !== undefined && "pin" in trust) return { pin: trust.pin };
  if (caPem !== undefined) return { ca: caPem };
  if (trust === undefined) return undefined;
  throw new KuberaError("INTERNAL", {
    what: "a CA bundle is named and was not read",
    where: `machines.trust.ca: ${trust.ca}`,
    because: "paths are relative to the bed's file, which only its reader knows",
    fix: "Give what the file holds to openMachines as caPem.",
  });
};

const openSession = (bed: EsxBed, options: OpenMachinesOptions) => {
  const { redactor, transcript, access, timeoutMs } = options;
  const { baseUrl, path } = parseVsphereAddress(bed.endpoint);
  const credentials = credentialsOf(bed, options);
  const http = createHttp({
    baseUrl,
    trust: trustOf(bed, options),
    access,
    redactor,
    transcript,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { http, session: new Session(new SoapClient(http, path), credentials) };
};

const openEsx = (bed: EsxBed, options: OpenMachinesOptions): Machines => {
  const { http, session } = openSession(bed, options);
  let found: Promise<readonly Limitation[]> | undefined;
  const limitations = (): Promise<readonly Limitation[]> => (found ??= probeLimitations(http));
  return new EsxMachines({ session, limitations, hangUp: () => http.close() });
};

const secretVariables = (bed: ExecBed, { secrets = {}, redactor }: OpenMachinesOptions): [string, string][] =>
  bed.secrets.flatMap((name): [string, string][] => {
    const found = secrets[name];
    if (found === undefined)
      throw secretMissing(name, { where: "machines.secrets in the bed's file", because: "its scripts are to get it" });
    redactor.add(found.password);
    return [
      [`${variableOf(name)}_USERNAME`, found.username],
      [`${variableOf(name)}_PASSWORD`, found.password],
    ];
  });

const openExec = (bed: ExecBed, options: OpenMachinesOptions): Machines => {
  const { redactor } = options;
  const environment = { ...childEnvironment(), ...bed.environment, ...Object.fromEntries(secretVariables(bed, options)) };
  return new ExecMachines({ bed, redactor, environment, clock: systemClock });
};

/**
 * The hypervisor of a bed. Nothing is sent before its first method is called; `close` logs out.
 *
 * Errors: `SETTING_INVALID` for an address that cannot be used, `SECRET_MISSING` without credentials.
 */
export const openMachines = (bed: Bed, options: OpenMachinesOptions): Machines => {
  if (bed.driver === "none") return new NoMachines(bed.reason);
  return bed.driver === "exec" ? openExec(bed, options) : openEsx(bed, options);
};

/** What comes and goes on the hypervisor of a bed; errors as `openMachines`. Nothing is sent before its first method is called. */
export const openProvisioner = (bed: EsxBed, options: OpenMachinesOptions): Provisioner => {
  const { http, session } = openSession(bed, options);
  return new EsxProvisioner({ session, hangUp: () => http.close() });
};

/** The notes of VMs of a bed's vSphere, in a session of their own. Errors: as `openMachines`. */
export const openAnnotations = (bed: EsxBed, options: OpenMachinesOptions): AnnotationStore => {
  const { http, session } = openSession(bed, options);
  return new EsxAnnotations(session, () => http.close());
};
