import { expired, invalid } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import type { StoreEvent } from "../store.ts";
import { isTrue, type Call, type Outcome } from "./call.ts";
import { revisionOf } from "./paging.ts";
import { oneJson, viewOf, type View } from "./representation.ts";
import { selectionOf } from "./selection.ts";
import type { Target } from "./target.ts";
import { groupVersionOf } from "./wire-json.ts";

const MIN_TIMEOUT_SECONDS = 1800;
/** A client that does not read is cut off before it fills the memory. */
const BACKLOG_LIMIT_BYTES = 64 * 1024 * 1024;
/** Pods that start tell much within a moment; each write wakes the client, and costs more than what it tells. */
const GATHER_MS = 5;

type Selects = (object: KubeObject) => boolean;

/** What a selective watch tells of an event: entering its view is ADDED, leaving it DELETED. */
const seenAs = (event: StoreEvent, selects: Selects): { type: StoreEvent["type"]; object: KubeObject } | undefined => {
  const { before } = event;
  const was = before !== undefined && selects(before);
  const is = event.type !== "DELETED" && selects(event.object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object: event.object };
  if (!was || before === undefined) return undefined;
  if (event.type === "DELETED") return { type: "DELETED", object: event.object };
  const metadata = { ...before.metadata, resourceVersion: String(event.revision) };
  return { type: "DELETED", object: { ...before, metadata } };
};

class Watch {
  readonly #call: Call;
  readonly #view: View;
  readonly #selects: Selects;
  readonly #after: number;
  #toldColumns = false;
  #gathered: string[] = [];

  constructor(call: Call, target: Target) {
    this.#call = call;
    this.#view = viewOf(call, target);
    this.#selects = selectionOf(call, target);
    this.#after = revisionOf(call) ?? 0;
  }

  start(): void {
    const { response, process } = this.#call;
    const { store } = process;
    const past = this.#after === 0 ? [] : store.since(this.#after);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
    response.flushHeaders();
    if (past === undefined) {
      const gone = expired(`too old resource version: ${this.#after} (${store.revision})`);
      response.end(`{"type":"ERROR","object":${JSON.stringify(gone.status)}}\n`);
      return;
    }
    if (this.#after === 0) this.#sendCurrent();
    for (const event of past) this.#tell(event);
    const stops = [store.watch((event) => this.#tell(event)), this.#beat(), this.#limit()];
    response.once("close", () => {
      for (const stop of stops) stop();
    });
  }

  #sendCurrent(): void {
    const { target } = this.#view;
    for (const object of this.#call.process.store.list(target.resource, target.namespace)) {
      if (this.#selects(object)) this.#send("ADDED", oneJson(object, this.#view, this.#wantsColumns()));
    }
  }

  #tell(event: StoreEvent): void {
    const { resource } = this.#view.target;
    if (event.revision <= this.#after || event.resource.plural !== resource.plural || event.resource.group !== resource.group) return;
    const seen = seenAs(event, this.#selects);
    if (seen !== undefined) this.#send(seen.type, oneJson(seen.object, this.#view, this.#wantsColumns()));
  }

  /** Tables of a watch carry their columns once. */
  #wantsColumns(): boolean {
    const first = !this.#toldColumns;
    this.#toldColumns = true;
    return first;
  }

  #send(type: string, object: string): void {
    const { response } = this.#call;
    if (response.writableEnded) return;
    if (this.#gathered.length === 0) setTimeout(() => this.#flush(), GATHER_MS);
    this.#gathered.push(`{"type":"${type}","object":${object}}\n`);
  }

  #flush(): void {
    const { response } = this.#call;
    const lines = this.#gathered.splice(0);
    if (lines.length === 0 || response.writableEnded) return;
    response.write(lines.join(""));
    if (response.writableLength > BACKLOG_LIMIT_BYTES) response.destroy();
  }

  #beat(): () => void {
    if (!isTrue(this.#call.url.searchParams.get("allowWatchBookmarks"))) return () => {};
    const timer = setInterval(() => this.#bookmark(), this.#call.process.bookmarkIntervalMs).unref();
    return () => clearInterval(timer);
  }

  #bookmark(): void {
    const { resource, version } = this.#view.target;
    const metadata = { resourceVersion: String(Math.max(this.#call.process.store.revision, this.#after)), creationTimestamp: null };
    this.#send("BOOKMARK", JSON.stringify({ kind: resource.kind, apiVersion: groupVersionOf(resource, version), metadata }));
  }

  #limit(): () => void {
    const query = this.#call.url.searchParams;
    const asked = Number(query.get("timeoutSeconds") ?? 0);
    const seconds = asked > 0 ? asked : MIN_TIMEOUT_SECONDS * (1 + Math.random());
    const timer = setTimeout(() => {
      if (isTrue(query.get("allowWatchBookmarks"))) this.#bookmark();
      this.#flush();
      this.#call.response.end();
    }, seconds * 1000).unref();
    return () => clearTimeout(timer);
  }
}

/** Streams events until the client goes, the time is over or the machine is off. Errors: 422 for streaming lists, which this server does not do. */
export const watchObjects = (call: Call, target: Target): Outcome => {
  if (call.url.searchParams.has("sendInitialEvents")) {
    throw invalid({ kind: "ListOptions", group: "meta.k8s.io", name: "" }, [
      {
        field: "sendInitialEvents",
        reason: "FieldValueForbidden",
        message: "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
      },
    ]);
  }
  new Watch(call, target).start();
  return "streamed";
};
