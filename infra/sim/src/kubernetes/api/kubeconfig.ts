import { stringify } from "yaml";
import type { IssuedCertificate } from "../../certificates/authority.ts";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

export interface KubeconfigParts {
  readonly cluster: string;
  readonly url: string;
  readonly caPem: string;
  readonly client: IssuedCertificate;
}

/** A kubeconfig file of one cluster and its administrator, with all certificates inside. */
export const kubeconfigText = ({ cluster, url, caPem, client }: KubeconfigParts): string =>
  stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: cluster, cluster: { server: url, "certificate-authority-data": base64(caPem) } }],
      users: [
        {
          name: `${cluster}-admin`,
          user: { "client-certificate-data": base64(client.certPem), "client-key-data": base64(client.keyPem) },
        },
      ],
      contexts: [{ name: cluster, context: { cluster, user: `${cluster}-admin` } }],
      "current-context": cluster,
    },
    { lineWidth: 0 },
  );
