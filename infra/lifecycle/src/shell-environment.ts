import { X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SeenCertificate } from "@kubera-e2e/http";
import { DIRECT, type Way } from "@kubera-e2e/http/access";
import type { Credentials } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedWays } from "./bed-ways.ts";
import { endpointsOf, type Endpoint } from "./endpoints.ts";
import { lookAtTrust } from "./look-at-trust.ts";
import { shellKubeconfig } from "./shell-kubeconfig.ts";

export interface ShellRequest {
  readonly bed: TestBed;
  readonly ways: BedWays;
  /** Of the bed. */
  readonly cluster: TestBed["clusters"][number];
  readonly secret: (name: string) => Credentials;
  /** Nobody else can read it; files with secrets are written there. */
  readonly folder: string;
}

/** What kubectl, govc and curl need to reach a bed. */
export interface ShellEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** What cannot be done by them, for people. */
  readonly notes: readonly string[];
}

const PRIVATE = { mode: 0o600 };

const proxyOf = async (way: Way): Promise<string | undefined> => (way === undefined || way === DIRECT ? undefined : way.proxyUrl());

/** Go programs read the upper case and leave names to a SOCKS proxy; curl reads the lower case, and does so for socks5h alone. */
const proxyVariables = (url: string | undefined, direct: readonly string[]): Record<string, string> => {
  const names = direct.length > 0 || url !== undefined ? { NO_PROXY: direct.join(","), no_proxy: direct.join(",") } : {};
  if (url === undefined) return names;
  const curls = url.replace(/^socks5:/, "socks5h:");
  const upper = { HTTPS_PROXY: url, HTTP_PROXY: url, ALL_PROXY: url };
  return { ...names, ...upper, https_proxy: curls, http_proxy: curls, all_proxy: curls };
};

/** What a pinned endpoint shows now, once it is the pinned one; otherwise the error that a client would get. */
const pinned = async (endpoint: Endpoint, way: Way): Promise<SeenCertificate | undefined> => {
  if (endpoint.trust?.pin === undefined) return undefined;
  const look = await lookAtTrust(endpoint, way);
  if (look.state === "refused" || look.state === "unreachable") throw look.problem;
  return look.state === "trusted" ? look.certificate : undefined;
};

/** Go takes a certificate that stands among its roots as it is, and goes on to check its name. */
const nameFor = (certificate: SeenCertificate, host: string): string | undefined => {
  const read = new X509Certificate(certificate.pem);
  if (read.checkHost(host) !== undefined || read.checkIP(host) !== undefined) return undefined;
  return /DNS:([^,\s]+)/.exec(certificate.names)?.[1];
};

const writeKubeconfig = async ({ bed, ways, cluster, folder }: ShellRequest, endpoints: readonly Endpoint[]): Promise<string> => {
  const endpoint = endpoints.find(({ name }) => name === `clusters.${cluster.name}`);
  if (endpoint === undefined) throw new TypeError(`the bed ${bed.name} has no cluster ${cluster.name}`);
  const way = ways.to(endpoint.name);
  const shown = await pinned(endpoint, way);
  const text = await shellKubeconfig(cluster.kubeconfig, {
    proxyUrl: await proxyOf(way),
    caPem: shown?.pem ?? endpoint.trust?.ca,
    serverName: shown && nameFor(shown, new URL(endpoint.url).hostname),
  });
  const file = join(folder, "kubeconfig");
  await writeFile(file, text, PRIVATE);
  return file;
};

const thumbprint = (pin: string): string => (pin.slice("sha256:".length).match(/../g) ?? []).join(":").toUpperCase();

const govcTrust = async ({ ways, folder }: ShellRequest, endpoint: Endpoint): Promise<ShellEnvironment> => {
  const shown = await pinned(endpoint, ways.to("machines"));
  const pem = shown?.pem ?? endpoint.trust?.ca;
  if (pem === undefined) return { variables: {}, notes: [] };
  const ca = join(folder, "vsphere-ca.pem");
  await writeFile(ca, pem, PRIVATE);
  if (shown === undefined) return { variables: { GOVC_TLS_CA_CERTS: ca }, notes: [] };
  const hosts = join(folder, "vsphere-known-hosts");
  const { hostname, port } = new URL(endpoint.url);
  await writeFile(hosts, `${hostname}:${port || "443"} ${thumbprint(shown.pin)}\n`, PRIVATE);
  const isBlind = (await proxyOf(ways.to("machines"))) !== undefined && nameFor(shown, hostname) !== undefined;
  const note = `govc checks names even of pinned certificates when a hop is before them: ${hostname} is not among ${shown.names}`;
  return { variables: { GOVC_TLS_CA_CERTS: ca, GOVC_TLS_KNOWN_HOSTS: hosts }, notes: isBlind ? [note] : [] };
};

const govcEnvironment = async (request: ShellRequest, endpoints: readonly Endpoint[]): Promise<ShellEnvironment> => {
  const { machines } = request.bed;
  const endpoint = endpoints.find(({ name }) => name === "machines");
  if (machines.driver !== "esx" || endpoint === undefined) return { variables: {}, notes: [] };
  const { username, password } = request.secret(machines.credentials);
  const { variables, notes } = await govcTrust(request, endpoint);
  const empty = { GOVC_TLS_CA_CERTS: "", GOVC_TLS_KNOWN_HOSTS: "", GOVC_INSECURE: "" };
  return { variables: { ...empty, GOVC_URL: endpoint.url, GOVC_USERNAME: username, GOVC_PASSWORD: password, ...variables }, notes };
};

const isHere = (url: string): boolean => /^https?:\/\/(localhost|127\.|\[::1\])/.test(url);

/** Go's own rule, which no variable changes. */
const loopbackNote = async ({ ways }: ShellRequest, endpoints: readonly Endpoint[]): Promise<string[]> => {
  const machines = endpoints.find(({ name }) => name === "machines");
  if (machines === undefined || !isHere(machines.url) || (await proxyOf(ways.to("machines"))) === undefined) return [];
  return [`govc asks no proxy for ${new URL(machines.url).host}: loopback is this computer to it, not the far side`];
};

/**
 * Variables with which kubectl and govc reach a bed by its declared ways, and the files they name.
 *
 * Errors: those of the ways, `SECRET_MISSING`, `TLS_PIN_MISMATCH`.
 */
export const shellEnvironment = async (request: ShellRequest): Promise<ShellEnvironment> => {
  const { bed, ways } = request;
  const endpoints = await endpointsOf(bed);
  const direct = endpoints.flatMap(({ name, url }) => (ways.to(name) === DIRECT ? [new URL(url).hostname] : []));
  const govc = await govcEnvironment(request, endpoints);
  const proxies = proxyVariables(await proxyOf(ways.to("machines")), direct);
  const kubeconfig = await writeKubeconfig(request, endpoints);
  return {
    variables: { ...proxies, ...govc.variables, KUBECONFIG: kubeconfig },
    notes: [...govc.notes, ...(await loopbackNote(request, endpoints))],
  };
};
