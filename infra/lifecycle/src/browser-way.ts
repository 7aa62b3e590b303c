import { createHash, X509Certificate } from "node:crypto";
import { DIRECT, type Way } from "@kubera-e2e/http/access";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedWays } from "./bed-ways.ts";
import { directorEndpoint, type Endpoint } from "./endpoints.ts";
import { lookAtTrust } from "./look-at-trust.ts";

/** How Chromium reaches Director, in the words of Playwright's launch options. */
export interface BrowserWay {
  readonly proxy?: { readonly server: string; readonly bypass: string; readonly username?: string; readonly password?: string };
  readonly args: readonly string[];
}

const unsupported = (hop: string): KuberaError =>
  new KuberaError("BROWSER_WAY_UNSUPPORTED", {
    what: `Chromium cannot sign in at ${hop}`,
    where: "director.access, or access, in the bed's file",
    because: "it knows no user and password for SOCKS proxies",
    fix: "Give director an access of its own: through a jump host, an http:// proxy, or a SOCKS proxy without credentials.",
  });

const proxyOf = async (way: Exclude<Way, undefined | typeof DIRECT>): Promise<NonNullable<BrowserWay["proxy"]>> => {
  const { protocol, host, username, password } = new URL(await way.proxyUrl());
  if (protocol === "socks5:" && password !== "") throw unsupported(way.hop);
  const credentials = password === "" ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  // Loopback is the far side's, as for every other client of the bed.
  return { server: `${protocol}//${host}`, bypass: "<-loopback>", ...credentials };
};

/**
 * Chromium takes no CA and no fingerprint from its command line, but lets one public key pass. It is that of the certificate which our own
 * client has just verified by the bed's CA or pin; any other key goes through Chromium's usual verification.
 */
const trustArgs = async (endpoint: Endpoint, way: Way): Promise<string[]> => {
  if (endpoint.trust === undefined) return [];
  const look = await lookAtTrust(endpoint, way);
  if (look.state === "refused" || look.state === "unreachable") throw look.problem;
  if (look.state === "plain") return [];
  const key = new X509Certificate(look.certificate.pem).publicKey.export({ type: "spki", format: "der" });
  return [`--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`];
};

/**
 * The way of a browser to the bed's Director.
 *
 * Errors: those of the hop and of verifying Director's certificate, `BROWSER_WAY_UNSUPPORTED` for a SOCKS proxy with credentials.
 */
export const browserWay = async (bed: TestBed, ways: BedWays): Promise<BrowserWay> => {
  const way = ways.to("director");
  const trusting = await trustArgs(await directorEndpoint(bed), way);
  if (way === undefined) return { args: trusting };
  if (way === DIRECT) return { args: ["--no-proxy-server", ...trusting] };
  return { proxy: await proxyOf(way), args: trusting };
};
