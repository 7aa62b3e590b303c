import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, type Authority, type IssuedCertificate } from "@kubera-e2e/sim/certificates";
import { kubeconfigJson } from "../kubeconfig-json.ts";
import { API_SERVER, CONTROL_ADDRESS, EXPIRED_KUBECONFIG, KUBECONFIG, NODES, PKI_FOLDER, STRANGER_KUBECONFIG } from "./plan.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const write = (name: string, text: string): string => {
  const file = join(PKI_FOLDER, name);
  writeFileSync(file, text, { mode: FILE_MODE });
  return file;
};

const kubeconfig = (caPem: string, client: IssuedCertificate): string => kubeconfigJson({ url: API_SERVER, caPem, client });

const writePair = (name: string, { certPem, keyPem }: IssuedCertificate): void => {
  write(`${name}.crt`, certPem);
  write(`${name}.key`, keyPem);
};

const writeServers = async (authority: Authority): Promise<void> => {
  const names = ["10.222.200.1", CONTROL_ADDRESS, "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  writePair("apiserver", await authority.issueServer({ names }));
  for (const { name, address } of NODES) writePair(`kubelet-${name}`, await authority.issueServer({ names: [name, address] }));
};

const writeClients = async (authority: Authority): Promise<void> => {
  writePair("apiserver-kubelet", await authority.issueClient({ commonName: "apiserver-kubelet", organization: "system:masters" }));
  const users: readonly [file: string, commonName: string, organization?: string][] = [
    [join(PKI_FOLDER, "controller-manager.kubeconfig"), "system:kube-controller-manager"],
    [join(PKI_FOLDER, "scheduler.kubeconfig"), "system:kube-scheduler"],
    ...NODES.map(({ name }): [string, string, string] => [
      join(PKI_FOLDER, `kubelet-${name}.kubeconfig`),
      `system:node:${name}`,
      "system:nodes",
    ]),
    // The last of all files: where it is, they all are.
    [KUBECONFIG, "peers-admin", "system:masters"],
  ];
  for (const [file, commonName, organization] of users) {
    const client = await authority.issueClient({ commonName, ...(organization !== undefined && { organization }) });
    writeFileSync(file, kubeconfig(authority.certPem, client), { mode: FILE_MODE });
  }
};

const DAY_MS = 86_400_000;

/** For tests: somebody without a role, and an administrator of yesterday. */
const writeRefused = async (authority: Authority): Promise<void> => {
  const stranger = await authority.issueClient({ commonName: "peers-stranger" });
  writeFileSync(STRANGER_KUBECONFIG, kubeconfig(authority.certPem, stranger), { mode: FILE_MODE });
  const [notBefore, notAfter] = [2, 1].map((days) => new Date(Date.now() - days * DAY_MS)) as [Date, Date];
  const expired = await authority.issueClient({ commonName: "peers-admin", organization: "system:masters", notBefore, notAfter });
  writeFileSync(EXPIRED_KUBECONFIG, kubeconfig(authority.certPem, expired), { mode: FILE_MODE });
};

/** Certificates, keys and kubeconfigs of the cluster, all of one authority that is forgotten afterwards. */
export const writePki = async (): Promise<void> => {
  mkdirSync(PKI_FOLDER, { recursive: true, mode: FOLDER_MODE });
  const authority = await createAuthority();
  write("ca.crt", authority.certPem);
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  write("service-accounts.pub", publicKey);
  write("service-accounts.key", privateKey);
  await writeServers(authority);
  await writeRefused(authority);
  await writeClients(authority);
};
