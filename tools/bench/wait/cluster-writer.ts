import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }];
}

const decode = (text: string): Buffer => Buffer.from(text, "base64");

/** The API server that a kubeconfig in JSON names, and connections of its user. */
export const accessOf = (kubeconfig: string): { readonly server: string; readonly agent: Agent } => {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  });
  return { server: cluster.server, agent };
};

/** Changes a cluster as a kubelet would, over connections of its own: what is measured must not share them. */
export class ClusterWriter {
  readonly #server: string;
  readonly #agent: Agent;

  constructor(kubeconfig: string) {
    const { server, agent } = accessOf(kubeconfig);
    this.#server = server;
    this.#agent = agent;
  }

  /** Rejects unless the server takes it; answers its body. */
  send(method: "GET" | "POST" | "PATCH", path: string, body?: object): Promise<string> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return new Promise((resolve, reject) => {
      const call = request(`${this.#server}${path}`, { method, agent: this.#agent, headers: { "content-type": type } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.once("error", reject);
        answer.once("end", () => {
          if ((answer.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`));
        });
      });
      call.once("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
