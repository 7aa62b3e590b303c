import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }];
}

const decode = (text: string): Buffer => Buffer.from(text, "base64");

/** Changes a cluster as a kubelet would, over connections of its own: what is measured must not share them. */
export class ClusterWriter {
  readonly #server: string;
  readonly #agent: Agent;

  /** Of a kubeconfig in JSON. */
  constructor(kubeconfig: string) {
    const { clusters, users } = JSON.parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    this.#server = clusters[0].cluster.server;
    const { user } = users[0];
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 16,
      ca: decode(clusters[0].cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    });
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
