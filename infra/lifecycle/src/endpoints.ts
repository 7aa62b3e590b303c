import type { HttpTrust } from "@kubera-e2e/http";
import type { TestBed, Trust } from "@kubera-e2e/schema/test-bed";
import type { EndpointName } from "./bed-ways.ts";
import { httpTrust } from "./http-trust.ts";
import { readServerAccess } from "./server-access.ts";

/** One of a bed's addresses with the trust that its clients have in it. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly url: string;
  readonly trust: HttpTrust | undefined;
  /** In words: `CA /srv/ca.pem`, `the system's roots`. */
  readonly trustedBy: string;
  /** Whether the bed's file or its user says what to trust; an accepted pin would not be asked for. */
  readonly isDeclared: boolean;
}

const wordsOf = (trust: Trust): string => {
  if ("pin" in trust) return `pin ${trust.pin}`;
  return trust.ca.includes("-----BEGIN ") ? "CA of the bed's file" : `CA ${trust.ca}`;
};

const declared = async (name: EndpointName, url: string, trust: Trust | undefined): Promise<Endpoint> => ({
  name,
  url,
  trust: await httpTrust(trust),
  trustedBy: trust === undefined ? "the system's roots" : wordsOf(trust),
  isDeclared: trust !== undefined,
});

const ofCluster = async ({ name, kubeconfig, trust }: TestBed["clusters"][number]): Promise<Endpoint> => {
  const { server, caPem } = await readServerAccess(kubeconfig);
  const endpoint = await declared(`clusters.${name}`, server, trust);
  return trust !== undefined || caPem === undefined
    ? endpoint
    : { ...endpoint, trust: { ca: caPem }, trustedBy: `CA of the kubeconfig ${kubeconfig}` };
};

const ofMachines = async ({ machines }: TestBed): Promise<Endpoint[]> => {
  if (machines.driver !== "esx") return [];
  const { parseVsphereAddress } = await import("@kubera-e2e/machines");
  const { baseUrl, path } = parseVsphereAddress(machines.endpoint);
  return [await declared("machines", baseUrl + path, machines.trust)];
};

/** Where Director is. Error: `BED_INVALID` for a CA bundle that cannot be read. */
export const directorEndpoint = ({ director }: TestBed): Promise<Endpoint> => declared("director", director.url, director.trust);

/** Every endpoint of a bed, in the order of its file. Errors: `BED_INVALID` for a CA bundle that cannot be read; those of the kubeconfigs. */
export const endpointsOf = async (bed: TestBed): Promise<Endpoint[]> => [
  ...(await ofMachines(bed)),
  ...(await Promise.all(bed.clusters.map(ofCluster))),
  await declared("registry", bed.registry.url, bed.registry.trust),
  await directorEndpoint(bed),
];
