import { X509Certificate } from "node:crypto";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

interface Seen {
  readonly cluster: string;
  /** How the API server turned us away. */
  readonly told: string;
  readonly nowMs: number;
}

const read = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    // Whether it can be read at all is told by the TLS handshake.
    return undefined;
  }
};

/** The error for a client certificate whose time is over; undefined when that is not why a server turned us away. */
export const clientCertificateExpired = (pem: string, { cluster, told, nowMs }: Seen): KuberaError | undefined => {
  const certificate = read(pem);
  const untilMs = Date.parse(certificate?.validTo ?? "");
  if (certificate === undefined || Number.isNaN(untilMs) || untilMs >= nowMs) return undefined;
  return new KuberaError("TLS_EXPIRED", {
    what: `the client certificate for cluster ${cluster} has expired`,
    where: "client-certificate of the kubeconfig's user",
    because: `it was valid until ${new Date(untilMs).toISOString()}: subject "${certificate.subject.replaceAll("\n", ", ")}"; ${told}`,
    fix: "Renew it, on a kubeadm cluster with `kubeadm certs renew admin.conf`, and fetch the kubeconfig anew.",
  });
};
