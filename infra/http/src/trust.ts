import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, PeerCertificate } from "node:tls";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** Whom an endpoint's certificate must convince: a CA bundle as PEM, or one certificate by its SHA-256; the system's roots otherwise. */
export type HttpTrust = { readonly ca: string; readonly pin?: never } | { readonly pin: string; readonly ca?: never };

/** A key pair with which the client shows who it is. */
export interface ClientCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

const badTrust = (where: string, because: string, fix: string): KuberaError =>
  new KuberaError("SETTING_INVALID", { what: "the trust of an endpoint cannot be used", where, because, fix });

/** `sha256:` and 64 hex digits, from that form or from the colons of openssl; `SETTING_INVALID` for anything else. */
export const normalizePin = (pin: string): string => {
  const digits = pin
    .replace(/^sha-?256[:=]/i, "")
    .replaceAll(":", "")
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return `sha256:${digits}`;
  throw badTrust(
    "trust.pin",
    `"${pin}" is not a SHA-256 fingerprint`,
    "Write sha256: and the 64 hex digits that `openssl x509 -noout -fingerprint -sha256` shows.",
  );
};

/** The PEM itself when a certificate can be read from it; without this check OpenSSL silently trusts nobody. */
export const checkedCa = (pem: string): string => {
  const first = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0];
  try {
    if (first !== undefined) {
      void new X509Certificate(first).fingerprint256;
      return pem;
    }
  } catch (cause) {
    throw badTrust(
      "trust.ca",
      `its first certificate cannot be read: ${String(cause)}`,
      "Give the PEM of the CA that signed the endpoint.",
    );
  }
  throw badTrust("trust.ca", "it holds no PEM certificate", "Give the PEM of the CA that signed the endpoint, not its path or its key.");
};

export const pinOf = (certificate: Pick<PeerCertificate, "fingerprint256">): string => normalizePin(certificate.fingerprint256);

/** What a person needs to know of a certificate that did not convince. */
export interface SeenCertificate {
  readonly pin: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly selfSigned: boolean;
  readonly pem: string;
}

const nameOf = (holder: PeerCertificate["subject"] | undefined): string => {
  const name = holder?.CN ?? holder?.O ?? "(no name)";
  return Array.isArray(name) ? name.join(", ") : name;
};

const isoDate = (text: string): string => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
};

export const describeCertificate = (certificate: DetailedPeerCertificate | PeerCertificate): SeenCertificate => ({
  pin: pinOf(certificate),
  subject: nameOf(certificate.subject),
  issuer: nameOf(certificate.issuer),
  names: certificate.subjectaltname ?? "",
  validFrom: isoDate(certificate.valid_from),
  validTo: isoDate(certificate.valid_to),
  selfSigned: JSON.stringify(certificate.subject) === JSON.stringify(certificate.issuer),
  pem: new X509Certificate(certificate.raw).toString(),
});
