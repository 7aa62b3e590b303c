import type { EtcdData } from "../datacenter/disk.ts";
import {
  alreadyExists,
  badRequest,
  forbidden,
  invalid,
  notFound,
  preconditionFailed,
  qualified,
  staleObject,
  unavailable,
} from "./api-status.ts";
import { acceptedStatus, schemaOf } from "./custom-resource.ts";
import { EventBus } from "./event-bus.ts";
import { EventHistory } from "./event-history.ts";
import { builtInType } from "./fields/built-in-type.ts";
import { definedType } from "./fields/defined-type.ts";
import type { FieldType } from "./fields/field-type.ts";
import type { Reach } from "./fields/managers.ts";
import { trackedWrite, type WrittenBy } from "./fields/track-write.ts";
import type { KubeObject } from "./kube-object.ts";
import { bornMetadata, kubeTime, withJobSelector } from "./object-birth.ts";
import { graceSecondsOf, isReleased, mainWrite, marked, statusWrite } from "./object-change.ts";
import { firstStatus, withDefaults } from "./object-defaults.ts";
import { ObjectIndex } from "./object-index.ts";
import { plainJson, sameJson } from "./plain-json.ts";
import { ResourceRegistry } from "./resource-registry.ts";
import type { ServedResource } from "./resource-table.ts";
import { withAddresses } from "./service-addresses.ts";
import type { NewObject, ResourceType, Store, StoreEvent, StoreEventType } from "./store.ts";

/** A store that knows what it serves and can be fenced off when its machine goes. */
export interface EtcdStore extends Store {
  readonly registry: ResourceRegistry;
  /** How the fields of a kind are owned. */
  fieldType(resource: ResourceType): FieldType;
  /** From now on writes are refused with 503 and nobody is told anything; reads answer what was last known. */
  close(): void;
}

export interface StoreOptions {
  /** Milliseconds since the epoch; default is the wall clock. */
  readonly now?: () => number;
  /** Events remembered for `since`; default 1000. */
  readonly historyLimit?: number;
}

const HISTORY_LIMIT = 1000;
const NAME_ROLLS = 8;
const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"] as const;
const CRD = "customresourcedefinitions";
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

const isDefinition = (resource: ResourceType): boolean => resource.plural === CRD && resource.group === "apiextensions.k8s.io";

class Etcd implements EtcdStore {
  readonly registry = new ResourceRegistry();
  readonly #etcd: EtcdData;
  readonly #index: ObjectIndex;
  readonly #history: EventHistory;
  readonly #bus = new EventBus();
  readonly #now: () => number;
  #closed = false;

  constructor(etcd: EtcdData, options: StoreOptions) {
    this.#etcd = etcd;
    this.#index = new ObjectIndex(etcd);
    this.#history = new EventHistory(etcd.revision, options.historyLimit ?? HISTORY_LIMIT);
    this.#now = options.now ?? Date.now;
    for (const definition of this.list(this.resource("CustomResourceDefinition"))) this.registry.define(definition);
    const namespaces = this.resource("Namespace");
    for (const name of SYSTEM_NAMESPACES) {
      if (this.get(namespaces, undefined, name) === undefined) {
        this.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      }
    }
  }

  get revision(): number {
    return this.#etcd.revision;
  }

  resource(kind: string, group?: string): ServedResource {
    return this.registry.byKind(kind, group);
  }

  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#index.get(resource, resource.namespaced ? namespace : undefined, name);
  }

  list(resource: ResourceType, namespace?: string): readonly KubeObject[] {
    return this.#index.list(resource, resource.namespaced ? namespace : undefined);
  }

  create(given: ResourceType, object: NewObject): KubeObject {
    const resource = this.#served(given);
    if (object.metadata.name === undefined && object.metadata.generateName === undefined) {
      const field = {
        field: "metadata.name",
        reason: "FieldValueRequired",
        message: "Required value: name or generateName is required",
      } as const;
      throw invalid({ ...resource, name: "" }, [field]);
    }
    const born = this.#unique(resource, object);
    const created = this.#put("ADDED", resource, born);
    return isDefinition(resource) ? this.#accept(resource, created) : created;
  }

  fieldType(resource: ResourceType): FieldType {
    const definition = this.get(this.resource("CustomResourceDefinition"), undefined, qualified(resource));
    return definition === undefined ? builtInType(resource.kind) : definedType(schemaOf(definition, resource.version));
  }

  update(given: ResourceType, object: KubeObject, by?: WrittenBy): KubeObject {
    const resource = this.#served(given);
    const before = this.#fresh(resource, object);
    const after = this.#addressed(resource, withDefaults(mainWrite(resource, before, object)), before);
    const reach = resource.subresources.includes("status") ? "main" : "all";
    return this.#write(resource, before, this.#owned(resource, { before, after, reach, by }));
  }

  updateStatus(given: ResourceType, object: KubeObject, by?: WrittenBy): KubeObject {
    const resource = this.#served(given);
    const before = this.#fresh(resource, object);
    const after = statusWrite(before, object);
    return this.#write(resource, before, this.#owned(resource, { before, after, reach: "status", by }));
  }

  delete(...[given, namespace, name, options = {}]: Parameters<Store["delete"]>): KubeObject {
    const resource = this.#served(given);
    const before = this.#existing(resource, namespace, name);
    const graceSeconds = graceSecondsOf(before, options.gracePeriodSeconds);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = before.metadata;
    if (deletionTimestamp !== undefined && graceSeconds >= deletionGracePeriodSeconds && !isReleased(before)) return before;
    const doomed = marked(before, kubeTime(this.#now() + graceSeconds * 1000), graceSeconds);
    if (isReleased(doomed)) return this.#remove(resource, doomed);
    const written = this.#put("MODIFIED", resource, doomed);
    if (!isDefinition(resource)) return written;
    this.#deleteInstances(written);
    return this.get(resource, undefined, name) ?? written;
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    return this.#bus.listen(listener);
  }

  since(revision: number): readonly StoreEvent[] | undefined {
    return this.#history.since(revision);
  }

  close(): void {
    this.#closed = true;
    this.#bus.clear();
  }

  #owned(resource: ServedResource, write: { before: KubeObject; after: KubeObject; reach: Reach; by: WrittenBy | undefined }): KubeObject {
    if (write.after.metadata.managedFields === undefined) return write.after;
    return trackedWrite({ ...write, type: () => this.fieldType(resource), now: () => kubeTime(this.#now()) });
  }

  #served(resource: ResourceType): ServedResource {
    if (this.#closed) throw unavailable();
    return this.registry.byKind(resource.kind, resource.group);
  }

  #existing(resource: ResourceType, namespace: string | undefined, name: string): KubeObject {
    const found = this.get(resource, namespace, name);
    if (found === undefined) throw notFound(resource, name);
    return found;
  }

  /** The stored object, when what the writer has seen is not older than it. */
  #fresh(resource: ResourceType, object: KubeObject): KubeObject {
    const { namespace, name, resourceVersion, uid } = object.metadata;
    const before = this.#existing(resource, namespace, name);
    if ((uid ?? "") !== "" && uid !== before.metadata.uid) {
      throw preconditionFailed(resource, name, `UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`);
    }
    const seen = resourceVersion ?? "";
    if (seen !== "" && seen !== before.metadata.resourceVersion) throw staleObject(resource, name);
    return before;
  }

  #born(resource: ServedResource, object: NewObject): KubeObject {
    const metadata = bornMetadata(resource, object, kubeTime(this.#now()));
    const born = withDefaults({ ...object, metadata: { ...metadata, resourceVersion: "" } } as KubeObject);
    const { status, ...rest } = born;
    const owned = resource.subresources.includes("status") ? firstStatus(resource.kind, status) : status;
    const whole = { ...rest, ...(owned === undefined ? {} : { status: owned }) } as KubeObject;
    return this.#addressed(resource, withJobSelector(whole));
  }

  /** A generated name that is taken is rolled again. */
  #unique(resource: ServedResource, object: NewObject): KubeObject {
    const rolls = object.metadata.name === undefined ? NAME_ROLLS : 1;
    for (let roll = 1; ; roll += 1) {
      const born = this.#born(resource, object);
      const { name, namespace } = born.metadata;
      this.#checkNamespace(resource, namespace, name);
      if (this.get(resource, namespace, name) === undefined) return born;
      if (roll >= rolls) throw alreadyExists(resource, name);
    }
  }

  #addressed(resource: ServedResource, object: KubeObject, before?: KubeObject): KubeObject {
    if (resource.group !== "" || resource.kind !== "Service") return object;
    const others = this.list(resource).filter((service) => service.metadata.uid !== object.metadata.uid);
    return { ...object, spec: withAddresses(object.spec ?? {}, before?.spec, others) };
  }

  #checkNamespace(resource: ServedResource, namespace: string | undefined, name: string): void {
    if (!resource.namespaced) return;
    if (namespace === undefined || namespace === "") throw badRequest("an empty namespace may not be set during creation");
    const home = this.#existing(this.resource("Namespace", ""), undefined, namespace);
    if (home.metadata.deletionTimestamp === undefined) return;
    throw forbidden(resource, name, {
      message: `unable to create new content in namespace ${namespace} because it is being terminated`,
      causes: [{ reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" }],
    });
  }

  #accept(resource: ServedResource, definition: KubeObject): KubeObject {
    const finalizers = [...(definition.metadata.finalizers ?? []).filter((name) => name !== CLEANUP), CLEANUP];
    const accepted = { ...definition, metadata: { ...definition.metadata, finalizers } };
    return this.#put("MODIFIED", resource, { ...accepted, status: acceptedStatus(definition, kubeTime(this.#now())) });
  }

  #deleteInstances(definition: KubeObject): void {
    const instances = this.registry.definedBy(definition.metadata.name);
    if (instances === undefined) return;
    for (const object of this.list(instances)) this.delete(instances, object.metadata.namespace, object.metadata.name);
    this.#releaseDefinition(instances);
  }

  /** A definition goes when the last object of its kind is gone. */
  #releaseDefinition(instances: ServedResource): void {
    const definitions = this.resource("CustomResourceDefinition");
    const definition = this.get(definitions, undefined, qualified(instances));
    if (definition?.metadata.deletionTimestamp === undefined || this.list(instances).length > 0) return;
    const finalizers = (definition.metadata.finalizers ?? []).filter((name) => name !== CLEANUP);
    this.#write(definitions, definition, { ...definition, metadata: { ...definition.metadata, finalizers } });
  }

  #write(resource: ServedResource, before: KubeObject, after: KubeObject): KubeObject {
    if (sameJson(before, after)) return before;
    return isReleased(after) ? this.#remove(resource, after) : this.#put("MODIFIED", resource, after);
  }

  #remove(resource: ServedResource, object: KubeObject): KubeObject {
    const removed = this.#put("DELETED", resource, object);
    if (resource.group !== "") this.#releaseDefinition(resource);
    return removed;
  }

  #put(type: StoreEventType, resource: ServedResource, object: KubeObject): KubeObject {
    this.#etcd.revision += 1;
    const revision = this.#etcd.revision;
    const { apiVersion, kind, metadata, ...rest } = object;
    // Type first: the wire form of list items is cut from the same text.
    const stored = plainJson({ apiVersion, kind, metadata: { ...metadata, resourceVersion: String(revision) }, ...rest });
    const before = this.get(resource, metadata.namespace, metadata.name);
    if (type === "DELETED") this.#index.remove(resource, stored);
    else this.#index.put(resource, stored);
    if (isDefinition(resource)) this.#serve(type, stored);
    const event: StoreEvent = { type, resource, object: stored, before, revision };
    this.#history.add(event);
    this.#bus.tell(event);
    return stored;
  }

  #serve(type: StoreEventType, definition: KubeObject): void {
    if (type === "DELETED") this.registry.forget(definition);
    else this.registry.define(definition);
  }
}

/**
 * The store of an API server on the etcd of a control plane's disk, which nobody else may write meanwhile; it makes the system
 * namespaces where they are missing. After a revert a new one is made on the reverted disk. Refusals are `ApiStatusError`s.
 */
export const createStore = (etcd: EtcdData, options: StoreOptions = {}): EtcdStore => new Etcd(etcd, options);
