import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { answerVerbs, heapMib } from "./answer-verbs.ts";
import { accessOf } from "./cluster-writer.ts";

/** The least that watching can cost here: the same watch over TLS, of which only the ends of lines are counted. */
const [kubeconfig = ""] = process.argv.slice(2);
const { server, agent } = accessOf(kubeconfig);
const idleMib = heapMib();
const open = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(`${server}${path}`, { agent, headers: { accept: "application/json" } }, resolve).once("error", reject);
  });

let text = "";
for await (const chunk of (await open("/api/v1/pods")).setEncoding("utf8") as AsyncIterable<string>) text += chunk;
const { items, metadata } = JSON.parse(text) as {
  readonly items: readonly object[];
  readonly metadata: { readonly resourceVersion: string };
};
const pods = items.length;
let changes = 0;
const watch = await open(`/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`);
watch.on("data", (chunk: Buffer) => {
  for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", at + 1)) changes += 1;
});
await answerVerbs({ pods: () => pods, changes: () => changes }, idleMib);
watch.destroy();
agent.destroy();
