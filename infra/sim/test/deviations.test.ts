import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, KubeApiBed } from "./kube-api-bed.ts";

interface Deviation {
  readonly id: string;
  readonly cases: readonly string[];
}

const deviations = JSON.parse(readFileSync(join(import.meta.dirname, "deviations.json"), "utf8")) as Deviation[];
const POD = "/api/v1/namespaces/default/pods/p";
const ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/bot";

let bed: KubeApiBed;

beforeAll(async () => {
  bed = await KubeApiBed.start();
  const spec = { nodeName: "n", containers: [{ name: "main", image: "x" }] };
  await bed.ask(POD.replace(/\/p$/, ""), { method: "POST", body: { metadata: { name: "p" }, spec } });
  await bed.ask(ACCOUNT.replace(/\/bot$/, ""), { method: "POST", body: { metadata: { name: "bot" } } });
});
afterAll(() => bed.api.close());

const codeOf = async (path: string, body?: object): Promise<number> =>
  (await bed.ask(path, body === undefined ? {} : { method: "POST", body })).code;

const upgradeCode = async (upgrade: string, protocol = "", more = ""): Promise<number> => {
  const headers = { connection: "Upgrade", upgrade, "sec-websocket-protocol": protocol };
  return (await bed.ask(`${POD}/exec?command=ls&stdout=true${more}`, { headers })).code;
};

const algorithm = async (): Promise<unknown> => {
  const { json } = await bed.ask(`${ACCOUNT}/token`, { method: "POST", body: { spec: {} } });
  const [header = ""] = (json["status"] as { token: string }).token.split(".");
  return (JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as { alg: unknown }).alg;
};

/** Whether the server does what a real one does. */
const CASES: Readonly<Record<string, () => Promise<boolean>>> = {
  "tells who owns the fields of an object that nobody applied to on the server": async () =>
    (await bed.ask(POD)).text.includes("managedFields"),
  "lets nobody in as system:anonymous": async () =>
    (await bed.ask("/api/v1/pods", { agent: new Agent({ ca: adminOf(bed.api).ca }) })).code === 403,
  "has the roles of its own components": async () =>
    (await codeOf("/apis/rbac.authorization.k8s.io/v1/clusterroles/system:kube-scheduler")) === 200,
  "reviews tokens": async () => (await codeOf("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: "x" } })) === 201,
  "signs tokens of service accounts by a key that others can verify": async () => (await algorithm()) !== "HS256",
  "leads to the ports of containers": async () => (await codeOf(`${POD}/portforward?ports=80`)) !== 404,
  "runs commands over SPDY": async () => (await upgradeCode("SPDY/3.1")) !== 501,
  "runs commands for WebSocket clients of before v5.channel.k8s.io": async () =>
    (await upgradeCode("websocket", "v4.channel.k8s.io")) !== 501,
  "gives commands a terminal": async () => (await upgradeCode("websocket", "v5.channel.k8s.io", "&tty=true")) !== 501,
  "adds ephemeral containers": async () => (await codeOf(`${POD}/ephemeralcontainers`)) === 200,
  "begins a watch with the objects of now": async () =>
    (await codeOf("/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")) === 200,
};

/** A deviation is a promise as well: one that has gone must leave the list. */
test.each(deviations.flatMap(({ id, cases }) => cases.map((title) => [id, title] as const)))(
  "%s: deviates where Kubernetes %s",
  async (id, title) => {
    expect(await CASES[title]?.(), `${id} no longer deviates: take it out of deviations.json`).toBe(false);
  },
);
