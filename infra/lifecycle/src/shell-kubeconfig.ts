import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { parse, stringify } from "yaml";

type Fields = Record<string, unknown>;

interface Named {
  readonly name: string;
  readonly cluster?: Fields;
  readonly context?: { readonly cluster: string };
  readonly user?: Fields | null;
}

interface Kubeconfig extends Fields {
  readonly "current-context": string;
  readonly clusters: readonly Named[];
  readonly contexts: readonly Named[];
  readonly users?: readonly Named[];
}

/** What kubectl is told beside what the file says. */
export interface KubectlWay {
  /** http://, https:// or socks5://. */
  readonly proxyUrl?: string | undefined;
  /** Takes the place of the file's own CA. */
  readonly caPem?: string | undefined;
  /** The name that the certificate carries in place of the host's. */
  readonly serverName?: string | undefined;
}

const PATHS = new Set(["certificate-authority", "client-certificate", "client-key", "tokenFile"]);

const absolute = (fields: Fields, folder: string): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      PATHS.has(key) && typeof value === "string" && value !== "" && !isAbsolute(value) ? join(folder, value) : value,
    ]),
  );

const withWay = (cluster: Fields, { proxyUrl, caPem, serverName }: KubectlWay): Fields => {
  const { "certificate-authority": _file, "certificate-authority-data": _data, ...rest } = cluster;
  return {
    ...(caPem === undefined ? cluster : { ...rest, "certificate-authority-data": Buffer.from(caPem).toString("base64") }),
    ...(proxyUrl !== undefined && { "proxy-url": proxyUrl }),
    ...(serverName !== undefined && { "tls-server-name": serverName }),
  };
};

/** The text of a kubeconfig that works from any folder, its current cluster reached by the given way. */
export const shellKubeconfig = async (path: string, way: KubectlWay): Promise<string> => {
  const file = parse(await readFile(path, "utf8"), { logLevel: "silent" }) as Kubeconfig;
  const folder = dirname(path);
  const current = file.contexts.find(({ name }) => name === file["current-context"])?.context?.cluster;
  return stringify({
    ...file,
    clusters: file.clusters.map((entry) => {
      const cluster = absolute(entry.cluster ?? {}, folder);
      return { ...entry, cluster: entry.name === current ? withWay(cluster, way) : cluster };
    }),
    users: (file.users ?? []).map((entry) => ({ ...entry, user: absolute(entry.user ?? {}, folder) })),
  });
};
