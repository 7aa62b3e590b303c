/** A failed pull, in the words of containerd as kubelet passes them on. */
export class PullError extends Error {
  constructor(image: string, parts: { readonly code?: "NotFound" | "Unknown"; readonly because: string }) {
    super(`rpc error: code = ${parts.code ?? "Unknown"} desc = failed to pull and unpack image "${image}": ${parts.because}`);
    this.name = "PullError";
  }
}

const resolving = (image: string, because: string): string => `failed to resolve reference "${image}": ${because}`;

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  401: "401 Unauthorized",
  403: "403 Forbidden",
  429: "429 Too Many Requests",
  500: "500 Internal Server Error",
  503: "503 Service Unavailable",
};

/** The error for an answer that is not the manifest. */
export const refusedPull = (image: string, url: string, status: number): PullError => {
  if (status === 404) return new PullError(image, { code: "NotFound", because: resolving(image, `${image}: not found`) });
  const text = STATUS_TEXTS[status] ?? String(status);
  return new PullError(image, { because: resolving(image, `unexpected status from HEAD request to ${url}: ${text}`) });
};

const CAUSES: Readonly<Record<string, (url: URL) => string>> = {
  ECONNREFUSED: (url) => `dial tcp ${url.hostname}:${url.port || "443"}: connect: connection refused`,
  ENOTFOUND: (url) => `dial tcp: lookup ${url.hostname}: no such host`,
  EAI_AGAIN: (url) => `dial tcp: lookup ${url.hostname}: Try again`,
  ETIMEDOUT: (url) => `dial tcp ${url.hostname}:${url.port || "443"}: i/o timeout`,
  ECONNRESET: () => "EOF",
  CERT_HAS_EXPIRED: () => "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: () => "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID: (url) => `tls: failed to verify certificate: x509: certificate is not valid for ${url.hostname}`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  SELF_SIGNED_CERT_IN_CHAIN: () => "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => "tls: failed to verify certificate: x509: certificate signed by unknown authority",
};

/** The error for a request that got no answer. */
export const failedPull = (image: string, url: string, error: unknown): PullError => {
  const { code = "", message = String(error) } = error as { readonly code?: string; readonly message?: string };
  const cause = CAUSES[code]?.(new URL(url)) ?? message;
  return new PullError(image, { because: resolving(image, `failed to do request: Head "${url}": ${cause}`) });
};

/** The error for an image that does not fit onto the disk. */
export const noSpace = (image: string, digest: string): PullError =>
  new PullError(image, {
    because:
      `failed to extract layer ${digest}: write /var/lib/containerd/io.containerd.content.v1.content/ingest: ` +
      "no space left on device: unknown",
  });
