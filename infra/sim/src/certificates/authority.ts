import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import type * as X509Library from "@peculiar/x509";
import type { JsonGeneralName, JsonName, X509Certificate } from "@peculiar/x509";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** When a certificate is valid; by default from a day before the authority's own now to a year after it. */
export interface Validity {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** DNS names and addresses next to `localhost` and `127.0.0.1`, which every server certificate carries. */
export interface ServerRequest extends Validity {
  readonly names?: readonly string[];
}

/** Kubernetes reads the common name as user and the organizations as groups. */
export interface ClientRequest extends Validity {
  readonly commonName: string;
  readonly organization?: string | readonly string[];
}

/** The one certificate authority of a simulated data centre. */
export interface Authority {
  readonly certPem: string;
  issueServer(request?: ServerRequest): Promise<IssuedCertificate>;
  issueClient(request: ClientRequest): Promise<IssuedCertificate>;
}

type X509 = typeof X509Library;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

// 90 ms to load, so only whoever issues certificates pays; its decorators need the polyfill to be there first.
const loadX509 = async (): Promise<X509> => {
  await import("reflect-metadata");
  return import("@peculiar/x509");
};

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

const keyPemOf = async (x509: X509, key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY") + "\n";

const certPemOf = (certificate: X509Certificate): string => certificate.toString("pem") + "\n";

class SimAuthority implements Authority {
  readonly certPem: string;
  readonly #x509: X509;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: X509Certificate;
  readonly #nowMs: number;

  constructor(parts: { x509: X509; keys: webcrypto.CryptoKeyPair; certificate: X509Certificate; nowMs: number }) {
    this.#x509 = parts.x509;
    this.#keys = parts.keys;
    this.#certificate = parts.certificate;
    this.#nowMs = parts.nowMs;
    this.certPem = certPemOf(parts.certificate);
  }

  issueServer(request: ServerRequest = {}): Promise<IssuedCertificate> {
    const names = [...new Set(["localhost", "127.0.0.1", ...(request.names ?? [])])];
    const alternatives: JsonGeneralName[] = names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }));
    const commonName = request.names?.[0] ?? "localhost";
    return this.#issue([{ CN: [commonName] }, { O: ["Simulated data centre"] }], { ...request, purpose: "serverAuth", alternatives });
  }

  issueClient(request: ClientRequest): Promise<IssuedCertificate> {
    const organizations = [request.organization ?? []].flat();
    const subject = [{ CN: [request.commonName] }, ...organizations.map((organization) => ({ O: [organization] }))];
    return this.#issue(subject, { ...request, purpose: "clientAuth", alternatives: [] });
  }

  async #issue(
    subject: JsonName,
    options: Validity & { readonly purpose: "serverAuth" | "clientAuth"; readonly alternatives: JsonGeneralName[] },
  ): Promise<IssuedCertificate> {
    const x509 = this.#x509;
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create(
      {
        subject,
        issuer: this.#certificate.subjectName,
        notBefore: options.notBefore ?? new Date(this.#nowMs - DAY_MS),
        notAfter: options.notAfter ?? new Date(this.#nowMs + YEAR_MS),
        publicKey: keys.publicKey,
        signingKey: this.#keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[options.purpose]]),
          ...(options.alternatives.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(options.alternatives)]),
          await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      },
      webcrypto,
    );
    return { certPem: certPemOf(certificate), keyPem: await keyPemOf(x509, keys.privateKey) };
  }
}

/**
 * A new certificate authority (EC P-256) with a key of its own; nothing is written anywhere.
 * `nowMs` (wall time) is what the default validity is counted from.
 */
export const createAuthority = async (options: { readonly nowMs?: number } = {}): Promise<Authority> => {
  const x509 = await loadX509();
  const nowMs = options.nowMs ?? Date.now();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: ["Simulated data centre CA"] }, { O: ["Simulated data centre"] }],
      // Older than anything it signs: an expired leaf is then refused for itself alone.
      notBefore: new Date(nowMs - 10 * YEAR_MS),
      notAfter: new Date(nowMs + 10 * YEAR_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return new SimAuthority({ x509, keys, certificate, nowMs });
};

/** A server's certificate that signed itself, as appliances come with one; valid for a year. */
export const createSelfSigned = async (commonName: string): Promise<IssuedCertificate> => {
  const x509 = await loadX509();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
    },
    webcrypto,
  );
  return { certPem: certPemOf(certificate), keyPem: await keyPemOf(x509, keys.privateKey) };
};
