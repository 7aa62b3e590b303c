import type { LogRequest } from "./container-log.ts";
import type { CommandEnd, ExecRequest } from "./exec.ts";

/** Any Kubernetes object; typed ones come from `import type` of @kubernetes/client-node. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
}

/** What a manifest holds before the server has seen it. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
};

export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends KindRef {
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface KubeCallOptions {
  readonly signal?: AbortSignal;
}

export interface DeleteCallOptions extends KubeCallOptions {
  /** How long a pod may take to end by itself; 0 kills it. Default: what the pod says. */
  readonly graceSeconds?: number;
}

export interface ObserveOptions {
  /** Default: all namespaces. */
  readonly namespace?: string;
  /** Nobody waits on it: while its watch tells no trouble, safety lists are 30 s apart instead of one poll interval. */
  readonly background?: boolean;
}

/** Hears what happens to the objects of one kind. Nothing of it may throw. */
export interface KindListener {
  /** An object that a list no longer shows is told as deleted with its names alone. */
  onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void;
  /** Why nothing is heard at present; undefined when that is over, and when the first list was told. */
  onTrouble(trouble: Error | undefined): void;
  /** The server has forgotten its history from this moment (ms since 1970) to now: what came and went meanwhile is not told. */
  onLoss(sinceMs: number): void;
}

/** What a kind looks like by now; one list and one watch are shared by all who observe the same kind and namespace. */
export interface ObservedKind {
  /** undefined until the first list has answered. */
  readonly objects: ReadonlyMap<string, KubeObject> | undefined;
  /** Why the last list or watch failed; undefined while what is seen is current. */
  readonly trouble: Error | undefined;
  /** Calls `wake` after every change, of objects or of trouble, until the returned function is called. */
  subscribe(wake: () => void): () => void;
  close(): void;
}

/**
 * One cluster. Kinds are resolved by discovery, so custom resources work like built-in ones.
 *
 * Errors: `KUBE_REFUSED` with method, path, status, reason and message of the server; `KUBE_KIND_UNKNOWN` with what is served instead;
 * `TLS_EXPIRED` also for our own client certificate; those of the room http.
 */
export interface KubeClient {
  /** Name of the cluster in its bed. */
  readonly cluster: string;
  /** undefined when the object does not exist. */
  get<T extends KubeObject>(ref: ObjectRef, options?: KubeCallOptions): Promise<T | undefined>;
  list<T extends KubeObject>(kind: KindRef, options?: ListOptions & KubeCallOptions): Promise<T[]>;
  create<T extends KubeObject>(manifest: Manifest, options?: KubeCallOptions): Promise<T>;
  /** Creates the object, or merges the manifest into the one that is there. */
  apply<T extends KubeObject>(manifest: Manifest, options?: KubeCallOptions): Promise<T>;
  /** A JSON merge patch. */
  patch<T extends KubeObject>(ref: ObjectRef, patch: Readonly<Record<string, unknown>>, options?: KubeCallOptions): Promise<T>;
  /** Asks for deletion; what does not exist is deleted already. */
  delete(ref: ObjectRef, options?: DeleteCallOptions): Promise<void>;
  /** Asks a pod to leave by its eviction; 429 of the server when a disruption budget forbids it now. One that is gone has left. */
  evict(pod: { readonly namespace: string; readonly name: string }, options?: KubeCallOptions): Promise<void>;
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container?: string; readonly tailLines?: number },
    options?: KubeCallOptions,
  ): Promise<string>;
  /** Bytes of a container's log as they are written, until the container ends or the signal aborts; the reader must read them. */
  followLogs(log: LogRequest, options?: KubeCallOptions): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Runs a program in a container that runs, without a shell and without input, and answers how it ended, whatever its exit code.
   * Errors: `EXEC_FAILED` when it could not be started, `KUBELET_UNREACHABLE` when its node does not answer, `TIMED_OUT` when it did
   * not end in time and may run on, `EXEC_OUTPUT_TOO_LARGE` when it wrote more than 16 MiB and may run on.
   */
  exec(command: ExecRequest, options?: KubeCallOptions): Promise<CommandEnd>;
  /** The raw door: parsed JSON of a path under the API server, `/version`, `/api/v1/nodes/N/proxy/stats/summary`. */
  raw(path: string, options?: KubeCallOptions): Promise<unknown>;
  /**
   * Calls `onChange` for every change of a kind, from now on and across reconnects, until the signal aborts.
   * Objects that are there at the start are not told. Rejects when the first list is refused, and with what `onChange` throws.
   */
  watch<T extends KubeObject>(
    kind: KindRef,
    onChange: (type: "ADDED" | "MODIFIED" | "DELETED", object: T) => void,
    options: ListOptions & { readonly signal: AbortSignal },
  ): Promise<void>;
  /**
   * Tells every object of a kind that is there, and then its whole history, until the signal aborts: what came and went while the
   * connection was broken too, as far as the server remembers. Never rejects for a server that is away or refuses; it is asked again.
   */
  follow(kind: KindRef, listener: KindListener, signal: AbortSignal): Promise<void>;
  /** Starts to keep a kind current: by list and watch, and by a list every 2 s, since a silent server tells nothing. */
  observe(kind: KindRef, options?: ObserveOptions): ObservedKind;
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}
