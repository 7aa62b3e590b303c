import type { IssuedCertificate } from "@kubera-e2e/sim/certificates";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A kubeconfig of one cluster and one user, as JSON, which is YAML too. */
export const kubeconfigJson = ({
  url,
  caPem,
  client: { certPem, keyPem },
}: {
  readonly url: string;
  readonly caPem: string;
  readonly client: IssuedCertificate;
}): string =>
  JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "peers", cluster: { server: url, "certificate-authority-data": base64(caPem) } }],
      users: [{ name: "user", user: { "client-certificate-data": base64(certPem), "client-key-data": base64(keyPem) } }],
      contexts: [{ name: "peers", context: { cluster: "peers", user: "user" } }],
      "current-context": "peers",
    },
    undefined,
    2,
  );
