import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Way } from "@kubera-e2e/http/access";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openKube, type KubeClient } from "../src/index.ts";

type Json = Record<string, unknown>;

export interface TestObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const RESOURCES: Readonly<Record<string, readonly [string, string, boolean][]>> = {
  "/api/v1": [
    ["pods", "Pod", true],
    ["pods/log", "Pod", true],
    ["nodes", "Node", false],
    ["namespaces", "Namespace", false],
    ["events", "Event", true],
    ["configmaps", "ConfigMap", true],
    ["services", "Service", true],
    ["endpoints", "Endpoints", true],
    ["persistentvolumeclaims", "PersistentVolumeClaim", true],
  ],
  "/apis/apps/v1": [
    ["deployments", "Deployment", true],
    ["replicasets", "ReplicaSet", true],
    ["statefulsets", "StatefulSet", true],
    ["daemonsets", "DaemonSet", true],
  ],
};

const GROUPS = [{ name: "apps", versions: [{ groupVersion: "apps/v1", version: "v1" }] }];

const discovered = (path: string): Json | undefined => {
  if (path === "/apis") return { kind: "APIGroupList", groups: GROUPS };
  const resources = RESOURCES[path]?.map(([name, kind, namespaced]) => ({ name, kind, namespaced }));
  return resources && { kind: "APIResourceList", resources };
};

const sendLog = (response: ServerResponse, query: URLSearchParams, isHanging: boolean): void => {
  response.writeHead(200, { "content-type": "text/plain" }).write(`${query.toString()}\n`);
  if (!isHanging) response.end();
};

interface Watcher {
  readonly plural: string;
  readonly response: ServerResponse;
}

const PLURALS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(RESOURCES)
    .flat()
    .filter(([plural]) => !plural.includes("/"))
    .map(([plural, kind]) => [kind, plural]),
);

const bodyOf = async (request: IncomingMessage): Promise<Json> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Json);
};

const keyOf = ({ kind, metadata }: TestObject): string => `${PLURALS[kind] ?? ""}/${metadata.namespace ?? ""}/${metadata.name}`;

/** A Kubernetes API as small as a test needs it: discovery, list, watch, create, merge patch, delete, and faults on demand. */
export class FakeApi {
  readonly requests: string[] = [];
  /** Answers lists and watches, but never tells an event. */
  silent = false;
  /** Keeps no history for watches that begin later. */
  forgetful = false;
  /** Takes requests and never answers. */
  hanging = false;
  /** Never ends the answer to a call for logs. */
  hangingLogs = false;
  /** Refuses the next calls with a status. */
  refusals: { readonly status: number; readonly body: unknown }[] = [];
  /** Refuses calls by their headers. */
  refuse: (headers: IncomingMessage["headers"]) => { readonly status: number; readonly body: unknown } | undefined = () => undefined;
  pageSize = Infinity;
  readonly #standing = new Map<string, { readonly status: number; readonly body: unknown }>();
  #objects = new Map<string, TestObject>();
  #revision = 100;
  readonly #watchers = new Set<Watcher>();
  #history: { readonly revision: number; readonly plural: string; readonly line: string }[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #folder = mkdtempSync(join(tmpdir(), "kube-test-"));

  async start(port = 0): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A client of this API. */
  open(pollMs = 60_000, way?: Way): KubeClient {
    const kubeconfigPath = join(this.#folder, "kubeconfig");
    const server = `http://127.0.0.1:${this.port}`;
    const clusters = [{ name: "c", cluster: { server } }];
    const contexts = [{ name: "x", context: { cluster: "c", user: "u" } }];
    const users = [{ name: "u", user: { token: "fake-token-1234" } }];
    writeFileSync(kubeconfigPath, JSON.stringify({ "current-context": "x", clusters, contexts, users }));
    return openKube({ cluster: "server", kubeconfigPath, way, redactor: new Redactor(), pollMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get watching(): number {
    return this.#watchers.size;
  }

  put(object: TestObject): void {
    const known = this.#objects.has(keyOf(object));
    this.#revision += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    this.#objects.set(keyOf(object), stored);
    this.tell(known ? "MODIFIED" : "ADDED", stored);
  }

  remove(object: TestObject): void {
    this.#revision += 1;
    this.#objects.delete(keyOf(object));
    this.tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } });
  }

  tell(type: string, object: Json & { readonly kind: string }): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    if (!this.forgetful) this.#history.push({ revision: this.#revision, plural: PLURALS[object.kind] ?? "", line });
    if (this.silent) return;
    for (const { plural, response } of this.#watchers)
      if (plural === PLURALS[object.kind] || object.kind === "Status") response.write(line);
  }

  /** Answers a path always alike. */
  answerWith(path: string, answer: { readonly status: number; readonly body: unknown }): void {
    this.#standing.set(path, answer);
  }

  /** Bytes as they are, to every open watch. */
  write(bytes: Buffer | string): void {
    for (const { response } of this.#watchers) response.write(bytes);
  }

  /** As a restore of etcd does it: other objects, at an older revision. */
  rewind(revision: number, objects: readonly TestObject[]): void {
    this.#revision = revision;
    this.#objects = new Map();
    this.#history = [];
    this.silent = true;
    for (const object of objects) this.put(object);
    this.silent = false;
  }

  breakWatches(how: "end" | "destroy"): void {
    for (const { response } of this.#watchers) {
      if (how === "end") response.end();
      else response.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const { method = "GET" } = request;
    this.requests.push(`${method} ${pathname}${searchParams.has("watch") ? " watch" : ""}`);
    if (this.hanging) return;
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const ready = this.#readyAnswer(pathname, request.headers);
    if (ready !== undefined) return send(ready.status, ready.body);
    if (pathname.endsWith("/log")) return sendLog(response, searchParams, this.hangingLogs);
    const found = /^\/(?:api|apis\/[^/]+)\/v1(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(pathname);
    if (found === null) return send(404, status(404, "NotFound", "the server could not find the requested resource"));
    const [, namespace = "", plural = "", name] = found;
    if (name !== undefined) return this.#single({ method, key: `${plural}/${namespace}/${name}`, body: await bodyOf(request), send });
    if (method === "POST") return this.#create(namespace, (await bodyOf(request)) as unknown as TestObject, send);
    if (searchParams.has("watch")) return this.#watch(plural, Number(searchParams.get("resourceVersion")), response);
    this.#list(`${plural}/${namespace}`, { plural, searchParams, send });
  }

  /** What is answered whatever is there. */
  #readyAnswer(pathname: string, headers: IncomingMessage["headers"]): { readonly status: number; readonly body: unknown } | undefined {
    const resources = discovered(pathname);
    return (
      this.refuse(headers) ??
      this.refusals.shift() ??
      this.#standing.get(pathname) ??
      (resources === undefined ? undefined : { status: 200, body: resources })
    );
  }

  #watch(plural: string, from: number, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const past of this.#history) if (past.plural === plural && past.revision > from) response.write(past.line);
    const watcher = { plural, response };
    this.#watchers.add(watcher);
    response.on("close", () => this.#watchers.delete(watcher));
  }

  #list(prefix: string, call: { plural: string; searchParams: URLSearchParams; send: (status: number, body: unknown) => void }): void {
    const wanted = (call.searchParams.get("labelSelector") ?? "").split(",").filter(Boolean);
    const all = [...this.#objects]
      .filter(([key]) => (prefix.endsWith("/") ? key.startsWith(`${call.plural}/`) : key.startsWith(`${prefix}/`)))
      .map(([, object]) => object)
      .filter((object) => wanted.every((pair) => (object.metadata["labels"] as Json)[pair.split("=")[0] ?? ""] === pair.split("=")[1]));
    const from = Number(call.searchParams.get("continue") ?? 0);
    const items = all.slice(from, from + this.pageSize).map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
    const next = from + this.pageSize < all.length ? { continue: String(from + this.pageSize) } : {};
    const kind = Object.entries(PLURALS).find(([, plural]) => plural === call.plural)?.[0] ?? "";
    call.send(200, { kind: `${kind}List`, apiVersion: "v1", metadata: { resourceVersion: String(this.#revision), ...next }, items });
  }

  #single(call: { method: string; key: string; body: Json; send: (status: number, body: unknown) => void }): void {
    const object = this.#objects.get(call.key);
    const [, , name = ""] = call.key.split("/");
    if (object === undefined) return call.send(404, status(404, "NotFound", `"${name}" not found`));
    if (call.method === "PATCH") this.put({ ...object, ...call.body, metadata: object.metadata });
    if (call.method === "DELETE") this.remove(object);
    call.send(200, this.#objects.get(call.key) ?? object);
  }

  #create(namespace: string, body: TestObject, send: (status: number, body: unknown) => void): void {
    const object = { ...body, metadata: { ...body.metadata, ...(namespace !== "" && { namespace }) } };
    if (this.#objects.has(keyOf(object))) return send(409, status(409, "AlreadyExists", `"${object.metadata.name}" already exists`));
    this.put(object);
    send(201, this.#objects.get(keyOf(object)));
  }
}

export const status = (code: number, reason: string, message: string): Json => ({
  kind: "Status",
  status: "Failure",
  code,
  reason,
  message,
});

export const startFakeApi = async (): Promise<FakeApi> => {
  const api = new FakeApi();
  await api.start();
  return api;
};

export const pod = (name: string, ready: boolean, extra: Json = {}): TestObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "kubera", labels: { app: "maya-io" } },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  ...extra,
});
