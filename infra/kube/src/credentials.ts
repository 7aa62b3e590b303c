import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import type { ClientCertificate } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { KubeCredentials } from "./kubeconfig.ts";

/** What one call shows the API server. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly certificate?: ClientCertificate;
}

const bearer = (token: string): Proof => ({ headers: { authorization: `Bearer ${token}` } });

const basic = (username: string, password: string): Proof => ({
  headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` },
});

const pluginFailed = (cause: unknown): KuberaError =>
  new KuberaError("KUBECONFIG_INVALID", {
    what: "the kubeconfig's credential plugin gave no credentials",
    where: "exec or auth-provider of its user",
    because: cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : String(cause),
    fix: "Run the plugin's command by hand; it must be on the PATH and signed in.",
  });

type Plugin = () => Promise<Proof>;

const textOf = (material: unknown): string | undefined => {
  if (typeof material === "string") return material;
  return Buffer.isBuffer(material) ? material.toString("utf8") : undefined;
};

/** The library is loaded only here: it costs 0.7 s and 115 MB, and most kubeconfigs do without it. */
const loadPlugin = async (text: string, folder: string): Promise<Plugin> => {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(text);
  config.makePathsAbsolute(folder);
  return async () => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { Authorization: authorization } = (options.headers ?? {}) as Record<string, string | undefined>;
    const certPem = textOf(options.cert);
    const keyPem = textOf(options.key);
    return {
      headers: authorization === undefined ? {} : { authorization },
      ...(certPem !== undefined && keyPem !== undefined && { certificate: { certPem, keyPem } }),
    };
  };
};

/** Shows who we are, call by call: tokens of plugins and files change while a run goes on. */
export class Credentials {
  readonly #source: KubeCredentials;
  readonly #redactor: Redactor;
  #plugin: Promise<Plugin> | undefined;

  constructor(source: KubeCredentials, redactor: Redactor) {
    this.#source = source;
    this.#redactor = redactor;
    this.#learn(source);
  }

  async proof(): Promise<Proof> {
    const proof = await this.#make();
    const [, secret] = (proof.headers["authorization"] ?? "").split(" ");
    if (secret !== undefined) this.#redactor.add(secret);
    return proof;
  }

  #learn(source: KubeCredentials): void {
    if ("token" in source && source.token !== undefined) this.#redactor.add(source.token);
    if (source.kind === "basic") this.#redactor.add(source.password);
  }

  async #make(): Promise<Proof> {
    const source = this.#source;
    switch (source.kind) {
      case "none":
        return { headers: {} };
      case "token":
        return bearer(source.token);
      case "basic":
        return basic(source.username, source.password);
      case "tokenFile":
        return bearer((await readFile(source.path, "utf8")).trim());
      case "certificate":
        return { ...(source.token === undefined ? { headers: {} } : bearer(source.token)), certificate: source.certificate };
      case "plugin":
        return this.#askPlugin(source.text, source.folder);
    }
  }

  async #askPlugin(text: string, folder: string): Promise<Proof> {
    this.#plugin ??= loadPlugin(text, folder);
    try {
      return await (
        await this.#plugin
      )();
    } catch (error) {
      throw pluginFailed(error);
    }
  }
}
