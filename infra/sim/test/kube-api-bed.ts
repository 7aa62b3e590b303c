import { request, Agent } from "node:https";
import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { createAuthority, type Authority } from "../src/certificates/authority.ts";
import { Machine } from "../src/datacenter/machine.ts";
import { SimTime } from "../src/datacenter/sim-time.ts";
import type { KubeletPort } from "../src/kubernetes/api/call.ts";
import { startKubernetesApi, type KubernetesApi, type KubernetesApiOptions } from "../src/kubernetes/api/kubernetes-api.ts";
import type { Json } from "../src/kubernetes/kube-object.ts";
import type { Store } from "../src/kubernetes/store.ts";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }];
}

export interface Reply {
  readonly code: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly json: Json;
}

export interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

const plain = (base64: string): Buffer => Buffer.from(base64, "base64");

/** TLS options of the administrator that a kubeconfig names. */
export const adminOf = (api: KubernetesApi): { ca: Buffer; cert: Buffer; key: Buffer } => {
  const { clusters, users } = parse(api.kubeconfig) as Kubeconfig;
  const { user } = users[0];
  return {
    ca: plain(clusters[0].cluster["certificate-authority-data"]),
    cert: plain(user["client-certificate-data"]),
    key: plain(user["client-key-data"]),
  };
};

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
};

const collect = async (response: IncomingMessage): Promise<Reply> => {
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return { code: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) };
};

const bodyText = (body: unknown): string | Buffer | undefined =>
  body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);

/** The control plane of a small cluster, its API and a client for it. */
export class KubeApiBed {
  readonly machine: Machine;
  readonly authority: Authority;
  readonly api: KubernetesApi;
  readonly log: readonly string[];

  private constructor(parts: { machine: Machine; authority: Authority; api: KubernetesApi; log: readonly string[] }) {
    this.machine = parts.machine;
    this.authority = parts.authority;
    this.api = parts.api;
    this.log = parts.log;
  }

  /** What the control plane holds. Error: one that is off holds nothing. */
  get store(): Store {
    const { store } = this.api;
    if (store === undefined) throw new Error("the control plane is off");
    return store;
  }

  static async start(options: Partial<KubernetesApiOptions> = {}): Promise<KubeApiBed> {
    const time = new SimTime(1000);
    const spec = {
      id: "vm-101",
      name: "m",
      cluster: "server",
      node: "server-master1",
      plane: "control",
      esxHost: "esx-a",
      diskGib: 100,
    } as const;
    const machine = new Machine(spec, time);
    machine.powerOn();
    const authority = await createAuthority();
    const log: string[] = [];
    const kubelets: KubeletPort = {
      logs: () => ["first", "second"],
      statsSummary: (node) => ({ node: { nodeName: node } }),
      exec: () => ({ exitCode: 0 }),
    };
    const base = { cluster: "server", controlPlane: machine, authority, time, kubelets, log: (line: string) => log.push(line) };
    return new KubeApiBed({ machine, authority, log, api: await startKubernetesApi({ ...base, ...options }) });
  }

  /** One request as the administrator, unless an agent brings other credentials. */
  async ask(path: string, { method = "GET", body, headers = {}, agent }: Ask = {}): Promise<Reply> {
    return collect(await this.open(path, { method, body, headers, ...(agent === undefined ? {} : { agent }) }));
  }

  /** The response with its body unread, for streams. */
  open(path: string, { method = "GET", body, headers = {}, agent }: Ask = {}): Promise<IncomingMessage> {
    const content = bodyText(body);
    const type = content === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(content)) };
    return new Promise((resolve, reject) => {
      const options = { method, headers: { ...type, ...headers }, agent: agent ?? new Agent({ ...adminOf(this.api), keepAlive: false }) };
      request(`${this.api.url}${path}`, options, resolve).once("error", reject).end(content);
    });
  }
}

/** Reads the events of a watch one by one. */
export async function* eventsOf(response: IncomingMessage): AsyncGenerator<{ type: string; object: Json }> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as { type: string; object: Json };
  }
}
