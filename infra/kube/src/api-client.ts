import type { HttpRequest } from "@kubera-e2e/http";
import type { Clock } from "@kubera-e2e/schema/clock";
import { ChangeFeed } from "./change-feed.ts";
import { logRequest, type LogRequest } from "./container-log.ts";
import { Discovery, pathOf } from "./discovery.ts";
import { EXEC_PROTOCOLS, execRequest, runCommand, type CommandEnd, type ExecRequest } from "./exec.ts";
import type {
  KindListener,
  DeleteCallOptions,
  KindRef,
  KubeCallOptions,
  KubeClient,
  KubeObject,
  ListOptions,
  Manifest,
  ObjectRef,
  ObservedKind,
  ObserveOptions,
} from "./kube-client.ts";
import { listAll } from "./listing.ts";
import { Reflector, type Listing, type ReflectorOptions } from "./reflector.ts";
import { refOf } from "./object-ref.ts";
import { refusedStatus } from "./refusal.ts";
import { SharedKinds } from "./shared-kinds.ts";
import type { Transport } from "./transport.ts";
import { watchEvents, type WatchEvent } from "./watch-stream.ts";

export interface ApiClientOptions {
  readonly cluster: string;
  readonly transport: Transport;
  /** For logs that are followed: each holds a connection, and all of them together must not keep other calls waiting. */
  readonly logTransport: Transport;
  /** For namespaced objects that name none. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Between two safety lists while somebody observes a kind. */
  readonly pollMs: number;
}

type Call = ListOptions & KubeCallOptions;
/** `heard` is called with every page of the answer. */
type ListCall = Call & { readonly heard?: () => void };

const MERGE_PATCH = { "content-type": "application/merge-patch+json" };
/** Servers that know no such form answer with whole objects. */
const METADATA_ALONE = { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json" };
const NOT_FOUND = 404;
const NOT_ACCEPTABLE = 406;
const CONFLICT = 409;
/** A list that hangs must not outlast many polls. */
const LIST_TIMEOUT_MS = 10_000;
const WATCH_SECONDS = 300;
/** Watches that nobody waits on may notice a silent server later. */
const LONG_POLL_MS = 30_000;
/** Polls between two lists beside a watch that tells a whole history: such a list is of everything, and only a silent server needs it. */
const POLLS_A_CHECK = 100;
/** How much later than a list its changes may come over a watch. */
const SETTLE_MS = 1000;

const selectors = ({ labelSelector, fieldSelector }: ListOptions): Record<string, string> => ({
  ...(labelSelector !== undefined && { labelSelector }),
  ...(fieldSelector !== undefined && { fieldSelector }),
});

/** Whether waiting cannot help a first list: the server is there and refuses. */
const isFinal = (error: Error): boolean => {
  const status = refusedStatus(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 410 && status !== 429;
};

export class ApiClient implements KubeClient {
  readonly cluster: string;
  readonly #options: ApiClientOptions;
  readonly #discovery: Discovery;
  readonly #shared = new SharedKinds();
  /** Paths under which a server, or a proxy before it, lists whole objects alone. */
  readonly #wholeAlone = new Set<string>();
  readonly #closed = new AbortController();

  constructor(options: ApiClientOptions) {
    this.cluster = options.cluster;
    this.#options = options;
    this.#discovery = new Discovery(options.cluster, (path, signal) =>
      this.#json({ method: "GET", path, signal, timeoutMs: LIST_TIMEOUT_MS }),
    );
  }

  async get<T extends KubeObject>(ref: ObjectRef, options: KubeCallOptions = {}): Promise<T | undefined> {
    const path = await this.#pathOf(ref, options.signal);
    return this.#unlessMissing(() => this.#json({ method: "GET", path, signal: options.signal }) as Promise<T>);
  }

  async list<T extends KubeObject>(kind: KindRef, options: Call = {}): Promise<T[]> {
    const { items } = await this.#list(kind, options);
    return [...items] as T[];
  }

  async create<T extends KubeObject>(manifest: Manifest, options: KubeCallOptions = {}): Promise<T> {
    const resource = await this.#discovery.resolve(manifest, options.signal);
    const path = pathOf(resource, manifest.metadata.namespace ?? this.#options.namespace);
    return (await this.#json({ method: "POST", path, body: manifest, signal: options.signal })) as T;
  }

  async apply<T extends KubeObject>(manifest: Manifest, options: KubeCallOptions = {}): Promise<T> {
    try {
      return await this.create<T>(manifest, options);
    } catch (error) {
      if (refusedStatus(error) !== CONFLICT) throw error;
      return this.patch<T>(refOf(manifest), manifest, options);
    }
  }

  async patch<T extends KubeObject>(ref: ObjectRef, patch: Readonly<Record<string, unknown>>, options: KubeCallOptions = {}): Promise<T> {
    const path = await this.#pathOf(ref, options.signal);
    return (await this.#json({ method: "PATCH", path, body: patch, headers: MERGE_PATCH, signal: options.signal })) as T;
  }

  async delete(ref: ObjectRef, options: DeleteCallOptions = {}): Promise<void> {
    const path = await this.#pathOf(ref, options.signal);
    const { graceSeconds: gracePeriodSeconds } = options;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Background",
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    };
    await this.#unlessMissing(() => this.#json({ method: "DELETE", path, body, signal: options.signal }));
  }

  async evict({ namespace, name }: Parameters<KubeClient["evict"]>[0], { signal }: KubeCallOptions = {}): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`;
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name } };
    await this.#unlessMissing(() => this.#json({ method: "POST", path, body, signal }));
  }

  logs(pod: Parameters<KubeClient["logs"]>[0], options: KubeCallOptions = {}): Promise<string> {
    const { namespace, name, container, tailLines } = pod;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
    return this.#options.transport.text({ method: "GET", path, query: { container, tailLines }, signal: options.signal });
  }

  async followLogs(log: LogRequest, { signal }: KubeCallOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    return this.#options.logTransport.stream({ ...logRequest(log), signal });
  }

  exec(command: ExecRequest, { signal }: KubeCallOptions = {}): Promise<CommandEnd> {
    const { cluster, transport, clock } = this.#options;
    const stop = AbortSignal.any([this.#closed.signal, signal, transport.fenced].filter((one) => one !== undefined));
    const open = (until: AbortSignal) => transport.messages({ ...execRequest(command), signal: until }, EXEC_PROTOCOLS);
    return runCommand(command, { cluster, clock, signal: stop, redacted: (text) => transport.redacted(text), open });
  }

  raw(path: string, options: KubeCallOptions = {}): Promise<unknown> {
    return this.#json({ method: "GET", path, signal: options.signal });
  }

  async watch<T extends KubeObject>(
    kind: KindRef,
    onChange: (type: "ADDED" | "MODIFIED" | "DELETED", object: T) => void,
    options: ListOptions & { readonly signal: AbortSignal },
  ): Promise<void> {
    const refused = new AbortController();
    const reflector: Reflector = this.#reflector(kind, options, {
      pollMs: LONG_POLL_MS,
      onChange: ({ type, object }) => onChange(type, object as T),
      onState: () => {
        if (reflector.objects === undefined && reflector.trouble !== undefined && isFinal(reflector.trouble)) refused.abort();
      },
    });
    await reflector.run(AbortSignal.any([options.signal, refused.signal]));
    const { trouble } = reflector;
    if (refused.signal.aborted && trouble !== undefined) throw trouble;
  }

  async follow(kind: KindRef, listener: KindListener, signal: AbortSignal): Promise<void> {
    const feed = new ChangeFeed({
      listener,
      clock: this.#options.clock,
      checkMs: Math.min(LONG_POLL_MS, this.#options.pollMs * POLLS_A_CHECK),
      settleMs: Math.min(SETTLE_MS, this.#options.pollMs * 5),
      list: (until) => this.#list(kind, { signal: until }),
      open: (revision, until) => this.#open(kind, { signal: until }, revision),
    });
    await feed.run(AbortSignal.any([signal, this.#closed.signal]));
  }

  observe(kind: KindRef, { namespace, background = false }: ObserveOptions = {}): ObservedKind {
    const scope = namespace === undefined ? {} : { namespace };
    const pace = { pollMs: this.#options.pollMs, ...(background && { calmPollMs: LONG_POLL_MS }) };
    return this.#shared.observe(`${kind.apiVersion} ${kind.kind} ${namespace ?? ""} ${String(background)}`, (wake) =>
      this.#reflector(kind, scope, { ...pace, onChange: wake, onState: wake }),
    );
  }

  close(): void {
    this.#shared.close();
    this.#closed.abort();
    this.#options.transport.close();
    this.#options.logTransport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #reflector(kind: KindRef, scope: ListOptions, rest: Pick<ReflectorOptions, "onChange" | "onState" | "pollMs" | "calmPollMs">): Reflector {
    return new Reflector({
      ...rest,
      clock: this.#options.clock,
      list: (signal, heard) => this.#list(kind, { ...scope, signal, heard }),
      listMetadata: (signal, heard) => this.#listMetadata(kind, { ...scope, signal, heard }),
      open: (revision, signal) => this.#open(kind, { ...scope, signal }, revision),
    });
  }

  async #open(kind: KindRef, options: Call, resourceVersion: string): Promise<AsyncIterable<WatchEvent>> {
    const path = await this.#collection(kind, options);
    const query = { ...selectors(options), watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds: WATCH_SECONDS };
    const { cluster, clock, transport } = this.#options;
    const { signal } = options;
    return watchEvents(await transport.stream({ method: "GET", path, query, signal }), { cluster, clock, signal });
  }

  async #list(kind: KindRef, options: ListCall, headers: Readonly<Record<string, string>> = {}): Promise<Listing> {
    const path = await this.#collection(kind, options);
    const { signal, heard } = options;
    const ask = async (page: Readonly<Record<string, string | number>>): Promise<unknown> => {
      const query = { ...selectors(options), ...page };
      const body = await this.#json({ method: "GET", path, headers, query, signal, timeoutMs: LIST_TIMEOUT_MS });
      heard?.();
      return body;
    };
    try {
      return await listAll(ask);
    } catch (error) {
      // The definition of a kind may be gone; the next call finds out.
      if (refusedStatus(error) === NOT_FOUND) this.#discovery.forget(kind);
      throw error;
    }
  }

  async #listMetadata(kind: KindRef, options: ListCall): Promise<Listing> {
    const path = await this.#collection(kind, options);
    if (this.#wholeAlone.has(path)) return this.#list(kind, options);
    try {
      return await this.#list(kind, options, METADATA_ALONE);
    } catch (error) {
      if (refusedStatus(error) !== NOT_ACCEPTABLE) throw error;
      this.#wholeAlone.add(path);
      return this.#list(kind, options);
    }
  }

  async #collection(kind: KindRef, { namespace, signal }: Call): Promise<string> {
    return pathOf(await this.#discovery.resolve(kind, signal), namespace);
  }

  async #pathOf(ref: ObjectRef, signal: AbortSignal | undefined): Promise<string> {
    return pathOf(await this.#discovery.resolve(ref, signal), ref.namespace ?? this.#options.namespace, ref.name);
  }

  #json(request: HttpRequest): Promise<unknown> {
    return this.#options.transport.json(request);
  }

  async #unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (refusedStatus(error) === NOT_FOUND) return undefined;
      throw error;
    }
  }
}
