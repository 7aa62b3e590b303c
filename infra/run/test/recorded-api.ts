import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKube, type KubeClient } from "@kubera-e2e/kube";
import { Redactor } from "@kubera-e2e/schema/redactor";

type Json = Readonly<Record<string, unknown>>;

export interface ApiObject {
  readonly kind: "Event" | "Pod" | "Node";
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface Line {
  readonly time: string;
  readonly text: string;
}

interface Run {
  readonly id: string;
  readonly lines: Line[];
  isOver: boolean;
}

interface Stored {
  readonly revision: number;
  readonly objects: ReadonlyMap<string, ApiObject>;
}

const KINDS = { events: "Event", pods: "Pod", nodes: "Node" } as const;
type Plural = keyof typeof KINDS;
const PLURALS = { Event: "events", Pod: "pods", Node: "nodes" } as const;

const isPlural = (text: string): text is Plural => Object.hasOwn(KINDS, text);

const keyOf = ({ kind, metadata }: ApiObject): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };

/** A Kubernetes API whose connections, history, etcd and containers a test breaks: events, pods with their logs, and nodes. */
export class RecordedApi {
  #objects = new Map<string, ApiObject>();
  #revision = 100;
  #compacted = 0;
  #history: { readonly revision: number; readonly plural: Plural; readonly line: string }[] = [];
  #runs: Run[] = [];
  readonly #watchers = new Set<{ readonly plural: Plural; readonly response: ServerResponse }>();
  readonly #readers = new Set<{ readonly run: Run; readonly response: ServerResponse }>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #folder = mkdtempSync(join(tmpdir(), "kubera-recorded-"));

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  open(): KubeClient {
    const kubeconfigPath = join(this.#folder, "kubeconfig");
    const { port } = this.#server.address() as AddressInfo;
    const clusters = [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }];
    const contexts = [{ name: "x", context: { cluster: "c", user: "u" } }];
    const users = [{ name: "u", user: { token: "fake-token-1234" } }];
    writeFileSync(kubeconfigPath, JSON.stringify({ "current-context": "x", clusters, contexts, users }));
    return openKube({ cluster: "server", kubeconfigPath, redactor: new Redactor(), pollMs: 20 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  put(object: ApiObject): void {
    this.#revision += 1;
    const type = this.#objects.has(keyOf(object)) ? "MODIFIED" : "ADDED";
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    this.#objects.set(keyOf(object), stored);
    this.#tell(type, stored);
  }

  remove(object: ApiObject): void {
    if (!this.#objects.delete(keyOf(object))) return;
    this.#revision += 1;
    this.#tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } });
  }

  get objects(): readonly ApiObject[] {
    return [...this.#objects.values()];
  }

  /** Logs that are followed. */
  get reading(): number {
    return this.#readers.size;
  }

  breakWatches(how: "end" | "destroy"): void {
    for (const { response } of this.#watchers) this.#cut(response, how);
    this.silence();
  }

  /** Connections of watches are dead, and nobody hears of it. */
  silence(): void {
    this.#watchers.clear();
  }

  breakLogs(how: "end" | "destroy"): void {
    for (const { response } of this.#readers) this.#cut(response, how);
    this.#readers.clear();
  }

  /** etcd forgets its history. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** The API server starts anew. */
  restart(): void {
    this.compact();
    this.breakWatches("destroy");
    this.breakLogs("destroy");
  }

  save(): Stored {
    return { revision: this.#revision, objects: new Map(this.#objects) };
  }

  /** etcd is set back. */
  rollBack({ revision, objects }: Stored): void {
    this.#objects = new Map(objects);
    this.#revision = revision;
    this.#compacted = 0;
    this.#history = [];
    this.breakWatches("destroy");
  }

  /** The container starts, again perhaps. */
  startRun(id: string): void {
    for (const run of this.#runs) this.#endRun(run);
    this.#runs.push({ id, lines: [], isOver: false });
  }

  write(line: Line): void {
    const run = this.#runs.at(-1);
    if (run === undefined) return;
    run.lines.push(line);
    for (const reader of this.#readers) if (reader.run === run) reader.response.write(`${line.time} ${line.text}\n`);
  }

  /** Half a line, after which connections break. */
  tear(line: Line): void {
    for (const { response } of this.#readers) response.write(`${line.time} ${line.text}`.slice(0, -2));
    this.breakLogs("end");
  }

  #endRun(run: Run): void {
    run.isOver = true;
    for (const reader of this.#readers) {
      if (reader.run !== run) continue;
      reader.response.end();
      this.#readers.delete(reader);
    }
  }

  #cut(response: ServerResponse, how: "end" | "destroy"): void {
    if (how === "end") response.end();
    else response.destroy();
  }

  #tell(type: string, object: ApiObject): void {
    const plural = PLURALS[object.kind];
    const line = `${JSON.stringify({ type, object: { apiVersion: "v1", ...object } })}\n`;
    this.#history.push({ revision: this.#revision, plural, line });
    for (const watcher of this.#watchers) if (watcher.plural === plural) watcher.response.write(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const send = (status: number, body: Json): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const plural = pathname.split("/").at(-1) ?? "";
    if (pathname === "/api/v1")
      return send(200, { resources: Object.entries(KINDS).map(([name, kind]) => ({ name, kind, namespaced: kind !== "Node" })) });
    if (plural === "log") return this.#log(searchParams, response, send);
    if (!isPlural(plural)) return send(404, { message: "nothing is there" });
    if (searchParams.has("watch")) return this.#watch(plural, Number(searchParams.get("resourceVersion")), response);
    const items = this.objects.filter(({ kind }) => kind === KINDS[plural]);
    send(200, { kind: `${KINDS[plural]}List`, apiVersion: "v1", metadata: { resourceVersion: String(this.#revision) }, items });
  }

  #watch(plural: Plural, from: number, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (from < this.#compacted) {
      response.end(`${JSON.stringify({ type: "ERROR", object: expired })}\n`);
      return;
    }
    for (const past of this.#history) if (past.plural === plural && past.revision > from) response.write(past.line);
    const watcher = { plural, response };
    this.#watchers.add(watcher);
    response.on("close", () => this.#watchers.delete(watcher));
  }

  #log(query: URLSearchParams, response: ServerResponse, send: (status: number, body: Json) => void): void {
    const run = this.#runs.at(query.get("previous") === "true" ? -2 : -1);
    if (run === undefined) return send(400, { message: "previous terminated container not found" });
    const sinceMs = Math.floor(Date.parse(query.get("sinceTime") ?? "1970-01-01T00:00:00Z") / 1000) * 1000;
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    for (const { time, text } of run.lines) if (Date.parse(time) >= sinceMs) response.write(`${time} ${text}\n`);
    if (run.isOver || query.get("follow") !== "true") return void response.end();
    const reader = { run, response };
    this.#readers.add(reader);
    response.on("close", () => this.#readers.delete(reader));
  }
}
