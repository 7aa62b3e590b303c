import type { ErrorCode } from "@kubera-e2e/schema/error-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** The call that failed, with nothing secret in it. */
export interface FailedCall {
  /** Only its scheme, host and port may be shown. */
  readonly url: URL;
  /** Method and address without query and secrets. */
  readonly place: string;
  readonly timeoutMs: number;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly what: (call: FailedCall) => string;
  readonly because: (call: FailedCall, detail: string) => string;
  readonly fix: (call: FailedCall) => string;
}

const portOf = (url: URL): string => url.port || (url.protocol === "https:" ? "443" : "80");
const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;

const REFUSED: Meaning = {
  code: "CONNECTION_REFUSED",
  what: ({ url }) => `nothing listens at ${url.host}`,
  because: ({ url }, detail) => `port ${portOf(url)} of ${url.hostname} takes no connection (${detail})`,
  fix: ({ url }) => `Start the server that should listen at ${url.host}, or correct the address; a firewall can refuse as well.`,
};
const LOST: Meaning = {
  code: "CONNECTION_LOST",
  what: ({ url }) => `the connection to ${url.host} broke`,
  because: (_call, detail) => `the other side closed it before it had answered (${detail})`,
  fix: ({ url }) => `Look whether the server at ${url.host}, or a proxy before it, restarted at this time; then run again.`,
};
const UNRESOLVED: Meaning = {
  code: "NAME_UNRESOLVED",
  what: ({ url }) => `the name ${url.hostname} does not resolve`,
  because: (_call, detail) => `no DNS server of this computer knows it (${detail})`,
  fix: () => "Correct the host name, connect the VPN that knows it, or use the address.",
};
const LATE: Meaning = {
  code: "TIMED_OUT",
  what: ({ url, timeoutMs }) => `${url.host} gave no answer within ${seconds(timeoutMs)}`,
  because: (_call, detail) => `the answer was not complete when the time was over (${detail})`,
  fix: ({ url }) => `Look whether ${url.host} is overloaded or a firewall drops packets; raise the timeout only when it is merely slow.`,
};
const FOREIGN: Meaning = {
  code: "RESPONSE_INVALID",
  what: ({ url }) => `${url.host} does not speak ${url.protocol === "https:" ? "HTTPS" : "HTTP"}`,
  because: (_call, detail) => `its first bytes belong to another protocol (${detail})`,
  fix: ({ url }) => `Correct the port, or write ${url.protocol === "https:" ? "http" : "https"}:// when the server speaks that.`,
};
const ALERT: Meaning = {
  ...LOST,
  because: (_call, detail) =>
    `the other side ended the TLS handshake with an alert (${detail}), as a server does that wants a client certificate`,
  fix: () => "Give the client certificate that this server asks for, or allow the TLS versions that Node offers.",
};
const PROXY: Meaning = {
  ...LOST,
  what: ({ url }) => `the proxy before ${url.host} refused the way`,
  because: (_call, detail) => detail,
  fix: ({ url }) => `Add ${url.hostname} to NO_PROXY when it is reached directly, or let the proxy's owner allow it.`,
};
const HANDSHAKE: Meaning = {
  code: "RESPONSE_INVALID",
  what: ({ url }) => `${url.host} agreed to a WebSocket and did not open one`,
  because: (_call, detail) => `its handshake is not the one of the protocol (${detail})`,
  fix: ({ url }) => `Look whether a proxy before ${url.host} changes the headers of an upgrade.`,
};

/** What the code alone does not tell. */
const TOLD_BY_MESSAGE = new Set(["", "ERR_PROXY_REFUSED", "ERR_WEBSOCKET_HANDSHAKE"]);

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: REFUSED,
  ENETUNREACH: REFUSED,
  EADDRNOTAVAIL: REFUSED,
  ENOTFOUND: UNRESOLVED,
  EAI_AGAIN: UNRESOLVED,
  ETIMEDOUT: LATE,
  ERR_PROXY_REFUSED: PROXY,
  ERR_WEBSOCKET_HANDSHAKE: HANDSHAKE,
  ERR_SSL_WRONG_VERSION_NUMBER: FOREIGN,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: FOREIGN,
  ERR_SSL_HTTP_REQUEST: FOREIGN,
  EPROTO: FOREIGN,
};

const meaningOf = (code: string, message: string): Meaning => {
  const exact = MEANINGS[code];
  if (code === "EPROTO") return /alert/i.test(message) ? ALERT : FOREIGN;
  if (exact !== undefined) return exact;
  if (code.startsWith("HPE_")) return FOREIGN;
  return code.startsWith("ERR_SSL_") ? ALERT : LOST;
};

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string" && error.code !== "ERR_BAD_RESPONSE") return error.code;
  return error.cause instanceof Error ? codeOf(error.cause) : "";
};

/** The low-level error without request, headers and body: its message and its code. */
export const bareCause = (error: unknown): Error => {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message || code), code === "" ? {} : { code });
};

/** The error of the house for a call that got no answer. */
export const networkFailure = (error: unknown, call: FailedCall): KuberaError => {
  const cause = bareCause(error);
  const code = codeOf(error);
  const meaning = meaningOf(code, cause.message);
  return new KuberaError(meaning.code, {
    what: meaning.what(call),
    where: call.place,
    because: meaning.because(call, TOLD_BY_MESSAGE.has(code) ? cause.message : code),
    fix: meaning.fix(call),
    cause,
  });
};
