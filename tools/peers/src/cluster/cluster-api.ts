import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { API_SERVER, KUBECONFIG, PKI_FOLDER } from "./plan.ts";

interface Kubeconfig {
  readonly users: readonly [{ readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }];
}

const decode = (text: string): Buffer => Buffer.from(text, "base64");

/** Asks the cluster of the peers as its administrator; answers the body as text. Rejects as the connection does, or with the status. */
export const askCluster = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { user } = (JSON.parse(readFileSync(KUBECONFIG, "utf8")) as Kubeconfig).users[0];
    const asked = request(
      `${API_SERVER}${path}`,
      {
        agent: false,
        timeout: 5000,
        ca: readFileSync(join(PKI_FOLDER, "ca.crt")),
        cert: decode(user["client-certificate-data"]),
        key: decode(user["client-key-data"]),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.once("error", reject);
        answer.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`));
        });
      },
    );
    asked.once("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.once("error", reject);
    asked.end();
  });

export interface NodeState {
  readonly name: string;
  readonly isReady: boolean;
  readonly bootId: string;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly nodeInfo: { readonly bootID: string };
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  }[];
}

/** What the cluster says of its nodes. */
export const nodeStates = async (): Promise<NodeState[]> => {
  const { items } = JSON.parse(await askCluster("/api/v1/nodes")) as NodeList;
  return items.map(({ metadata, status }) => ({
    name: metadata.name,
    isReady: status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true,
    bootId: status.nodeInfo.bootID,
  }));
};
