import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { isLoopback, type ClientCertificate } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parse } from "yaml";
import { kubeconfigSchema, type RawCluster, type RawKubeconfig, type RawUser } from "./kubeconfig-schema.ts";

/** How the user of a kubeconfig shows who it is. `plugin`: only a program or a provider can tell, at the time of the call. */
export type KubeCredentials =
  | { readonly kind: "certificate"; readonly certificate: ClientCertificate; readonly token?: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "tokenFile"; readonly path: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "plugin"; readonly text: string; readonly folder: string }
  | { readonly kind: "none" };

/** The current context of one kubeconfig. */
export interface KubeAccess {
  readonly server: string;
  readonly ca?: string;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  readonly credentials: KubeCredentials;
}

interface Source {
  readonly path: string;
  readonly text: string;
}

/** A fault of the file, told together with all others. */
class Fault extends Error {}

const invalid = (path: string, faults: readonly string[], cause?: unknown): KuberaError =>
  new KuberaError("KUBECONFIG_INVALID", {
    what: `${path} has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`,
    where: path,
    because: faults.join("\n           "),
    fix: "Correct the file; `kubectl config view --kubeconfig` of the same file shows what kubectl makes of it.",
    ...(cause !== undefined && { cause }),
  });

const insecure = (path: string): KuberaError =>
  new KuberaError("SETTING_REFUSED", {
    what: "insecure-skip-tls-verify is set, and certificates are always verified here",
    where: path,
    because: "whoever sits between would get the credentials of the cluster",
    fix: "Remove insecure-skip-tls-verify and give the cluster's CA as certificate-authority-data.",
  });

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw invalid(
      path,
      [`it cannot be read (${cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"})`],
      cause,
    );
  }
};

const yamlOf = ({ path, text }: Source): unknown => {
  try {
    return parse(text, { logLevel: "error" }) as unknown;
  } catch (error) {
    // The parser quotes the line at fault, which may hold a key; its first line names the place only.
    throw invalid(path, [`it is not YAML: ${(error instanceof Error ? error.message : "").split("\n", 1)[0] ?? ""}`]);
  }
};

const shapeOf = (raw: unknown, { path }: Source): RawKubeconfig => {
  const parsed = kubeconfigSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw invalid(
    path,
    parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`),
  );
};

const named = <T extends { readonly name: string }>(list: readonly T[], name: string, kind: string): T => {
  const found = list.find((item) => item.name === name);
  if (found !== undefined) return found;
  throw new Fault(`${kind} "${name}" is not there; it has ${list.map((item) => `"${item.name}"`).join(", ") || "none"}`);
};

/** The bytes of a field that holds either base64 or the path of a file. */
const material = (source: Source, data: string | undefined, file: string | undefined): string | undefined => {
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  if (file === undefined) return undefined;
  const path = isAbsolute(file) ? file : join(dirname(source.path), file);
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Fault(`${path} cannot be read`);
  }
};

const certificateOf = (source: Source, user: RawUser): ClientCertificate | undefined => {
  const certPem = material(source, user["client-certificate-data"], user["client-certificate"]);
  const keyPem = material(source, user["client-key-data"], user["client-key"]);
  if (certPem === undefined && keyPem === undefined) return undefined;
  if (certPem === undefined) throw new Fault("the user has a client key without a client certificate");
  if (keyPem === undefined) throw new Fault("the user has a client certificate without its key");
  return { certPem, keyPem };
};

const secretsOf = (source: Source, user: RawUser): KubeCredentials => {
  const { token, tokenFile, username, password } = user;
  if (token !== undefined && token !== "") return { kind: "token", token };
  if (tokenFile !== undefined)
    return { kind: "tokenFile", path: isAbsolute(tokenFile) ? tokenFile : join(dirname(source.path), tokenFile) };
  if (username !== undefined && password !== undefined) return { kind: "basic", username, password };
  return { kind: "none" };
};

const credentialsOf = (source: Source, user: RawUser | null | undefined): KubeCredentials => {
  if (user === null || user === undefined) return { kind: "none" };
  if (user.as !== undefined) throw new Fault("impersonation (as) is not supported");
  const plugin = user.exec ?? user["auth-provider"];
  if (plugin !== null && plugin !== undefined) return { kind: "plugin", text: source.text, folder: dirname(source.path) };
  const certificate = certificateOf(source, user);
  const secrets = secretsOf(source, user);
  if (certificate === undefined) return secrets;
  return { kind: "certificate", certificate, ...(secrets.kind === "token" && { token: secrets.token }) };
};

const serverOf = (cluster: RawCluster): string => {
  const url = new URL(cluster.server);
  if (url.protocol === "http:" && !isLoopback(url))
    throw new Fault(`server ${cluster.server} is not https, and credentials would travel in the clear`);
  for (const key of ["tls-server-name", "proxy-url"] as const) if (cluster[key] !== undefined) throw new Fault(`${key} is not supported`);
  return cluster.server.replace(/\/+$/, "");
};

const assemble = (source: Source, raw: RawKubeconfig): KubeAccess => {
  const { context } = named(raw.contexts, raw["current-context"], "context");
  const { cluster } = named(raw.clusters, context.cluster, "cluster");
  if (cluster["insecure-skip-tls-verify"] === true) throw insecure(source.path);
  const { user } = named(raw.users, context.user, "user");
  const ca = material(source, cluster["certificate-authority-data"], cluster["certificate-authority"]);
  return {
    server: serverOf(cluster),
    ...(ca !== undefined && { ca }),
    namespace: context.namespace ?? "default",
    credentials: credentialsOf(source, user),
  };
};

/** The current context of what a kubeconfig's YAML holds. Errors as `parseKubeconfig`. */
export const accessOf = (raw: unknown, source: Source): KubeAccess => {
  const shape = shapeOf(raw, source);
  try {
    return assemble(source, shape);
  } catch (error) {
    if (error instanceof Fault) throw invalid(source.path, [error.message]);
    throw error;
  }
};

/**
 * The current context of a kubeconfig's text.
 *
 * Errors: `KUBECONFIG_INVALID` with its faults, `SETTING_REFUSED` for insecure-skip-tls-verify.
 */
export const parseKubeconfig = (text: string, path: string): KubeAccess => accessOf(yamlOf({ path, text }), { path, text });

/** The current context of the kubeconfig at a path. Errors as `parseKubeconfig`. */
export const readKubeconfig = (path: string): KubeAccess => parseKubeconfig(read(path), path);
