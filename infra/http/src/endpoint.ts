import type { Agent } from "node:http";
import { urlToHttpOptions } from "node:url";
import { getProxyForUrl } from "proxy-from-env";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { createHttpAgent, createTlsAgent, type Judge } from "./agents.ts";
import type { HttpOptions } from "./http.ts";
import { isLoopback } from "./loopback.ts";
import { checkedCa, normalizePin, pinOf } from "./trust.ts";

/** The address with its agents and headers, checked once. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly base: string;
  /** The path with which every request begins; empty for none. */
  readonly prefix: string;
  /** Where connections go: to the endpoint, or to the proxy that forwards plain HTTP. */
  readonly address: { readonly hostname?: string | null; readonly port?: string | number | null };
  readonly agent: Agent;
  /** Whether connections themselves are made with TLS. */
  readonly speaksTls: boolean;
  /** The proxy of a TLS tunnel. */
  readonly tunnel: string | undefined;
  /** Headers for a proxy that forwards plain HTTP; undefined when none does. */
  readonly forward: Readonly<Record<string, string>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const refuse = (baseUrl: string, because: string, fix: string): KuberaError =>
  new KuberaError("SETTING_INVALID", { what: "the address of an endpoint cannot be used", where: `"${baseUrl}"`, because, fix });

const checkedUrl = (baseUrl: string): URL => {
  if (!URL.canParse(baseUrl)) throw refuse(baseUrl, "it is not a URL", "Write it as https://host:port.");
  const url = new URL(baseUrl);
  const shown = `${url.origin}${url.pathname}`;
  if (!/^https?:$/.test(url.protocol)) throw refuse(shown, `${url.protocol}// is not spoken here`, "Write http:// or https://.");
  if (url.username !== "" || url.password !== "")
    throw refuse(
      shown,
      "it carries credentials, which would turn up in logs",
      "Take user and password out of it and give them as a secret.",
    );
  if (url.search !== "" || url.hash !== "") throw refuse(shown, "it has a query or a fragment", "End it with its path.");
  return url;
};

const pinJudge = (pin: string): Judge => {
  const wanted = normalizePin(pin);
  return (certificate) => {
    const seen = pinOf(certificate);
    if (seen === wanted) return undefined;
    return Object.assign(new Error(`pinned is ${wanted}, shown was ${seen}`), { code: "ERR_TLS_PIN" });
  };
};

const authHeader = ({ auth, redactor }: HttpOptions): Record<string, string> => {
  if (auth === undefined) return {};
  if ("bearer" in auth) {
    redactor.add(auth.bearer);
    return { authorization: `Bearer ${auth.bearer}` };
  }
  redactor.add(auth.password);
  const value = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
  redactor.add(value);
  return { authorization: `Basic ${value}` };
};

const tlsPlan = ({ trust, clientCertificate }: HttpOptions): Parameters<typeof createTlsAgent>[0] => ({
  ...(trust?.ca !== undefined && { ca: checkedCa(trust.ca) }),
  ...(trust?.pin !== undefined && { judge: pinJudge(trust.pin) }),
  ...(clientCertificate !== undefined && { cert: clientCertificate.certPem, key: clientCertificate.keyPem }),
});

const addressOf = (url: URL): Endpoint["address"] => {
  const { hostname, port } = urlToHttpOptions(url);
  return { hostname: hostname ?? null, port: port ?? null };
};

const proxyHeaders = (url: URL, { username, password }: URL): Record<string, string> => {
  if (username === "") return { host: url.host };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { host: url.host, "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
};

type Way = Pick<Endpoint, "address" | "agent" | "speaksTls" | "tunnel" | "forward">;

/** A proxy forwards plain HTTP, and is only a tunnel for what is encrypted. */
const wayTo = (url: URL, options: HttpOptions): Way => {
  const proxy = isLoopback(url) ? "" : getProxyForUrl(url.href);
  const direct = { address: addressOf(url), tunnel: undefined, forward: undefined };
  if (url.protocol === "https:") {
    const tunnel = proxy === "" ? undefined : proxy;
    return { ...direct, tunnel, speaksTls: true, agent: createTlsAgent(tlsPlan(options), tunnel) };
  }
  if (proxy === "") return { ...direct, speaksTls: false, agent: createHttpAgent() };
  const through = new URL(proxy);
  const speaksTls = through.protocol === "https:";
  const agent = speaksTls ? createTlsAgent({}) : createHttpAgent();
  return { ...direct, address: addressOf(through), speaksTls, agent, forward: proxyHeaders(url, through) };
};

const lowerCased = (headers: HttpOptions["headers"]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const DEFAULT_HEADERS = { accept: "application/json, */*", "accept-encoding": "gzip", "user-agent": "kubera-e2e" };

/** The endpoint of a client; errors: `SETTING_INVALID`. */
export const openEndpoint = (options: HttpOptions): Endpoint => {
  const url = checkedUrl(options.baseUrl);
  return {
    base: url.href.replace(/\/+$/, ""),
    prefix: url.pathname.replace(/\/+$/, ""),
    ...wayTo(url, options),
    headers: { ...DEFAULT_HEADERS, ...lowerCased(options.headers), ...authHeader(options) },
  };
};
