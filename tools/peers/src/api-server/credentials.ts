import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, type Authority } from "@kubera-e2e/sim/certificates";
import { kubeconfigJson } from "../kubeconfig-json.ts";

const FILE_MODE = 0o600;
const DAY_MS = 86_400_000;

/** Files of an API server that is alone: its certificate, the keys of service accounts, and kubeconfigs of three users. */
export interface ApiServerFiles {
  readonly caPem: string;
  readonly admin: string;
  readonly stranger: string;
  readonly expired: string;
}

const clientsOf = (authority: Authority) => {
  const [notBefore, notAfter] = [2, 1].map((days) => new Date(Date.now() - days * DAY_MS)) as [Date, Date];
  return {
    admin: authority.issueClient({ commonName: "admin", organization: "system:masters" }),
    stranger: authority.issueClient({ commonName: "stranger" }),
    expired: authority.issueClient({ commonName: "admin", organization: "system:masters", notBefore, notAfter }),
  };
};

export const writeApiServerFiles = async (folder: string, url: string): Promise<ApiServerFiles> => {
  const authority = await createAuthority();
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: FILE_MODE });
    return path;
  };
  const server = await authority.issueServer();
  write("ca.crt", authority.certPem);
  write("server.crt", server.certPem);
  write("server.key", server.keyPem);
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  write("accounts.pub", publicKey);
  write("accounts.key", privateKey);
  const kubeconfig = async (name: keyof ReturnType<typeof clientsOf>): Promise<string> =>
    write(`${name}.kubeconfig`, kubeconfigJson({ url, caPem: authority.certPem, client: await clients[name] }));
  const clients = clientsOf(authority);
  return {
    caPem: authority.certPem,
    admin: await kubeconfig("admin"),
    stranger: await kubeconfig("stranger"),
    expired: await kubeconfig("expired"),
  };
};
