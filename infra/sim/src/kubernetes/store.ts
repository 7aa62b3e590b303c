import type { WrittenBy } from "./fields/track-write.ts";
import type { KubeObject } from "./kube-object.ts";

/** A resource the API serves: `{group: "apps", version: "v1", plural: "deployments", kind: "Deployment", namespaced: true}`. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

export type StoreEventType = "ADDED" | "MODIFIED" | "DELETED";

export interface StoreEvent {
  readonly type: StoreEventType;
  readonly resource: ResourceType;
  readonly object: KubeObject;
  /** The object as it was before; undefined when it is new. Selective watches decide by it what left their view. */
  readonly before?: KubeObject | undefined;
  readonly revision: number;
}

/** What a writer gives; the store fills in uid, resourceVersion, creationTimestamp and generation. */
export type NewObject = Omit<KubeObject, "metadata"> & {
  readonly metadata: Partial<KubeObject["metadata"]> & { readonly generateName?: string };
};

/**
 * Typed access to the etcd on a control plane's disk. Controllers and kubelets use it in process, the REST API serves it.
 * All methods are synchronous; refusals throw `ApiStatusError` with the status a real API server would answer.
 */
export interface Store {
  readonly revision: number;
  resource(kind: string, group?: string): ResourceType;
  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined;
  list(resource: ResourceType, namespace?: string): readonly KubeObject[];
  create(resource: ResourceType, object: NewObject): KubeObject;
  /** Replaces spec and metadata; `409 Conflict` when resourceVersion is given and old. Fields it changes belong to `by` from then on. */
  update(resource: ResourceType, object: KubeObject, by?: WrittenBy): KubeObject;
  /** Replaces status only, without a new generation. */
  updateStatus(resource: ResourceType, object: KubeObject, by?: WrittenBy): KubeObject;
  /** Marks for deletion; gone at once unless finalizers or a pod's grace period hold it. */
  delete(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: { readonly gracePeriodSeconds?: number },
  ): KubeObject;
  /** Events after now, in order of revision. */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Events after `revision`, or undefined when they are forgotten (410 Gone). */
  since(revision: number): readonly StoreEvent[] | undefined;
}
