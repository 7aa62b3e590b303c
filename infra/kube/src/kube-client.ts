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
  readonly metadata: { readonly name: string; readonly namespace?: string };
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

/**
 * One cluster. Kinds are resolved by discovery, so custom resources work like built-in ones.
 *
 * Errors: `KUBE_REFUSED` with method, path, status, reason and message of the server; those of the room http.
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
  delete(ref: ObjectRef, options?: KubeCallOptions): Promise<void>;
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container?: string; readonly tailLines?: number },
    options?: KubeCallOptions,
  ): Promise<string>;
  /** The raw door: parsed JSON of a path under the API server, `/version`, `/api/v1/nodes/N/proxy/stats/summary`. */
  raw(path: string, options?: KubeCallOptions): Promise<unknown>;
  /** Calls `onChange` for every change of a kind, from now on and across reconnects, until the signal aborts. */
  watch<T extends KubeObject>(
    kind: KindRef,
    onChange: (type: "ADDED" | "MODIFIED" | "DELETED", object: T) => void,
    options: ListOptions & { readonly signal: AbortSignal },
  ): Promise<void>;
  close(): void;
}
