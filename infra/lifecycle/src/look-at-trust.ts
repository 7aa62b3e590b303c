import { createHttp, lookAtCertificate, type SeenCertificate } from "@kubera-e2e/http";
import { viaOf, type Way } from "@kubera-e2e/http/access";
import { isKuberaError, type KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Endpoint } from "./endpoints.ts";

const LOOK_LIMIT_MS = 15_000;

/** What an endpoint shows, and whether its clients would talk to it. */
export type TrustLook =
  | { readonly state: "plain" }
  | { readonly state: "trusted"; readonly certificate: SeenCertificate }
  | { readonly state: "refused"; readonly certificate: SeenCertificate; readonly problem: KuberaError }
  | { readonly state: "unreachable"; readonly problem: KuberaError };

/** Asks as a stranger: nothing secret is sent, whoever answers. */
const refusalOf = async ({ url, trust }: Endpoint, access: Way, signal?: AbortSignal): Promise<KuberaError | undefined> => {
  const http = createHttp({ baseUrl: url, trust, access, redactor: new Redactor(), timeoutMs: LOOK_LIMIT_MS });
  try {
    await http.request({ method: "HEAD", path: "", responseType: "text", signal });
    return undefined;
  } catch (error) {
    if (isKuberaError(error)) return error;
    throw error;
  } finally {
    http.close();
  }
};

/** Looks at the certificate that an endpoint shows, by the way of its clients. */
export const lookAtTrust = async (endpoint: Endpoint, way: Way): Promise<TrustLook> => {
  const url = new URL(endpoint.url);
  if (url.protocol === "http:") return { state: "plain" };
  const problem = await refusalOf(endpoint, way);
  if (problem !== undefined && !problem.code.startsWith("TLS_")) return { state: "unreachable", problem };
  const certificate = await lookAtCertificate(url, viaOf(url, way));
  if (certificate === undefined) throw new TypeError(`${endpoint.url} showed a certificate once and none after that`);
  return problem === undefined ? { state: "trusted", certificate } : { state: "refused", certificate, problem };
};

/** Codes that tell of the endpoint behind an open way: a Director that is not installed yet listens nowhere. */
const isItsOwn = ({ code }: KuberaError): boolean =>
  code.startsWith("TLS_") || ["RESPONSE_INVALID", "CONNECTION_REFUSED", "CONNECTION_LOST"].includes(code);

/** Resolves when the hop lets connections through to an endpoint, whatever is found at its end. Errors: those of the hop; `NAME_UNRESOLVED`, `TIMED_OUT`. */
export const passTo = async (endpoint: Endpoint, way: Way, signal: AbortSignal): Promise<void> => {
  const problem = await refusalOf(endpoint, way, signal);
  if (problem !== undefined && !isItsOwn(problem)) throw problem;
};
