import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Access } from "./access/access.ts";
import { createHttpAgent, createTlsAgent } from "./agents.ts";
import type { HttpOptions } from "./http.ts";
import { isLoopback } from "./loopback.ts";
import type { Judge } from "./tls-plan.ts";
import { checkedCa, normalizePin, pinOf } from "./trust.ts";
import { proxyOf, viaOf } from "./via.ts";

/** The address with its agents and headers, checked once. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly base: string;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /** The hop of the bed before it, or the environment's proxy of a TLS tunnel. */
  readonly via: string | Access | undefined;
  /** False unless axios shall forward plain HTTP through the proxy of the environment. */
  readonly proxy: false | undefined;
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

/** The endpoint of a client; errors: `SETTING_INVALID`. */
export const openEndpoint = (options: HttpOptions): Endpoint => {
  const url = checkedUrl(options.baseUrl);
  const via = viaOf(url, options.access);
  return {
    base: url.href.replace(/\/+$/, ""),
    httpAgent: createHttpAgent(typeof via === "object" ? via : undefined),
    httpsAgent: createTlsAgent(tlsPlan(options), via),
    via,
    proxy: options.access !== undefined || isLoopback(url) || url.protocol === "https:" ? false : undefined,
    headers: { "user-agent": "kubera-e2e", ...options.headers, ...authHeader(options) },
  };
};

/** The endpoint for WebSockets, which proxies do not forward: without TLS too they go through the environment's proxy as through a tunnel. */
export const openSocketEndpoint = (options: HttpOptions): Endpoint => {
  const endpoint = openEndpoint(options);
  const proxy = endpoint.proxy === false ? "" : proxyOf(new URL(endpoint.base));
  return proxy === "" ? endpoint : { ...endpoint, httpAgent: createTlsAgent({}, proxy) };
};
