import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const clusterSchema = z.object({
  server: z.url(),
  "certificate-authority-data": z.string().optional(),
  "certificate-authority": z.string().optional(),
});
const userSchema = z.object({ "client-certificate-data": z.string().optional() });
const kubeconfigSchema = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })),
});

/** Where an API server is, whom its certificate must convince, and until when a kubeconfig's own certificates hold. */
export interface ServerAccess {
  readonly server: string;
  readonly caPem?: string;
  readonly certificatesUntilMs: readonly number[];
}

type Kubeconfig = z.infer<typeof kubeconfigSchema>;

/** A server that boots is looked at again and again, and neither YAML nor certificates are read in no time. */
const lastRead = new Map<string, { readonly text: string; readonly kubeconfig: Kubeconfig }>();
const knownExpiries = new Map<string, readonly number[]>();

const kubeconfigIn = (path: string, text: string): Kubeconfig => {
  const last = lastRead.get(path);
  if (last?.text === text) return last.kubeconfig;
  const kubeconfig = kubeconfigSchema.parse(parse(text, { logLevel: "silent" }));
  lastRead.set(path, { text, kubeconfig });
  return kubeconfig;
};

const readExpiries = (pem: string): number[] => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
};

const expiryOf = (pem: string | undefined): readonly number[] => {
  if (pem === undefined) return [];
  const expiries = knownExpiries.get(pem) ?? readExpiries(pem);
  knownExpiries.set(pem, expiries);
  return expiries;
};

const decode = (data: string | undefined): string | undefined =>
  data === undefined ? undefined : Buffer.from(data, "base64").toString("utf8");

/** Reads what a look at the API server needs; what else the file must hold is judged by the room kube. */
export const readServerAccess = async (path: string): Promise<ServerAccess> => {
  const raw = kubeconfigIn(path, await readFile(path, "utf8"));
  const context = raw.contexts.find(({ name }) => name === raw["current-context"])?.context;
  const cluster = raw.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  if (context === undefined || cluster === undefined) throw new Error(`${path} has no current context with its cluster`);
  const user = raw.users.find(({ name }) => name === context.user)?.user;
  const file = cluster["certificate-authority"];
  const caPem = decode(cluster["certificate-authority-data"]) ?? (file && (await readFile(resolve(dirname(path), file), "utf8")));
  const certificatesUntilMs = [...expiryOf(caPem), ...expiryOf(decode(user?.["client-certificate-data"]))];
  return { server: cluster.server, certificatesUntilMs, ...(caPem !== undefined && { caPem }) };
};
