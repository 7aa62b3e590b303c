import type { ErrorCode } from "@kubera-e2e/schema/error-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { bareCause, type FailedCall } from "./failure.ts";
import type { SeenCertificate } from "./trust.ts";

const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_CHAIN_TOO_LONG",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
]);

const OTHERS: Readonly<Record<string, ErrorCode>> = {
  CERT_HAS_EXPIRED: "TLS_EXPIRED",
  CERT_NOT_YET_VALID: "TLS_NOT_YET_VALID",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS_NAME_MISMATCH",
  ERR_TLS_PIN: "TLS_PIN_MISMATCH",
};

/** The code of the house for a refused certificate; undefined when the failure is another one. */
export const tlsCodeOf = (error: unknown): ErrorCode | undefined => {
  const { code } = bareCause(error) as { code?: string };
  if (code === undefined) return undefined;
  return UNTRUSTED.has(code) ? "TLS_UNTRUSTED" : OTHERS[code];
};

type Teller = (seen: SeenCertificate | undefined, host: string, reason: string) => { what: string; because: string; fix: string };

const pinWay = (seen: SeenCertificate | undefined, host: string): string =>
  seen === undefined
    ? `Read its fingerprint with \`openssl s_client -connect ${host} </dev/null | openssl x509 -noout -fingerprint -sha256\` and pin it as trust: {pin: "sha256:…"}.`
    : `If this is the right host, pin its certificate as trust: {pin: "${seen.pin}"}; or give the CA that signed it as trust: {ca: file.pem}.`;

const TELLERS: Readonly<Partial<Record<ErrorCode, Teller>>> = {
  TLS_UNTRUSTED: (seen, host, reason) => ({
    what: `nobody vouches for the certificate of ${host}`,
    because:
      seen === undefined
        ? reason
        : `${seen.selfSigned ? "it signed itself" : `its issuer "${seen.issuer}" is not trusted`}: subject "${seen.subject}", fingerprint ${seen.pin} (${reason})`,
    fix: pinWay(seen, host),
  }),
  TLS_EXPIRED: (seen, host, reason) => ({
    what: `the certificate of ${host} has expired`,
    because: seen === undefined ? reason : `it was valid until ${seen.validTo}: subject "${seen.subject}", fingerprint ${seen.pin}`,
    fix: `Renew the certificate of ${host}; when it is still valid, set the clock of this computer.`,
  }),
  TLS_NOT_YET_VALID: (seen, host, reason) => ({
    what: `the certificate of ${host} is not valid yet`,
    because: seen === undefined ? reason : `it is valid from ${seen.validFrom}: subject "${seen.subject}", fingerprint ${seen.pin}`,
    fix: `Set the clocks of this computer and of ${host}; then issue the certificate again if it is still early.`,
  }),
  TLS_NAME_MISMATCH: (seen, host, reason) => ({
    what: `the certificate of ${host} is for another name`,
    because: seen === undefined ? reason : `it names ${seen.names === "" ? `only its subject "${seen.subject}"` : seen.names}`,
    fix: `Use a name that the certificate carries, or ${pinWay(seen, host).replace(/^If this is the right host, /, "")}`,
  }),
  TLS_PIN_MISMATCH: (_seen, host, reason) => ({
    what: `${host} shows another certificate than the pinned one`,
    because: reason,
    fix: `Find out who replaced the certificate of ${host}; pin the new fingerprint only when its owner confirms it.`,
  }),
};

/** The error of the house for a refused certificate; `seen` is what a look without sending anything found. */
export const tlsFailure = (code: ErrorCode, error: unknown, { call, seen }: { call: FailedCall; seen: SeenCertificate | undefined }) => {
  const cause = bareCause(error);
  const teller = TELLERS[code];
  const host = call.url.port === "" ? `${call.url.hostname}:443` : call.url.host;
  const told = teller?.(seen, host, cause.message) ?? { what: cause.message, because: cause.message, fix: "Look at the certificate." };
  return new KuberaError(code, { ...told, where: call.place, cause });
};
