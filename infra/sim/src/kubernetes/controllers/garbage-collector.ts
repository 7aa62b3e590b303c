import type { KubeObject } from "../kube-object.ts";
import type { ResourceType, StoreEvent } from "../store.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { Controller } from "./controller.ts";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

interface Found {
  readonly resource: ResourceType;
  readonly object: KubeObject;
}

/** Deletes what no living owner holds any more; honours the foreground and orphan finalizers. */
export class GarbageCollector implements Controller {
  readonly name = "garbage-collector";
  readonly #view: ClusterView;
  readonly #uids = new Set<string>();
  /** Of owners that are named, living or not: most objects are nobody's, and to look for dependents reads everything there is. */
  readonly #owners = new Set<string>();
  /** Of what waits for its dependents. */
  readonly #held = new Set<string>();

  constructor(view: ClusterView) {
    this.#view = view;
  }

  /** Keys are `uid of an owner`, or `=uid of an object` that waits for its dependents. */
  affected(event: StoreEvent): readonly string[] {
    const { uid, ownerReferences = [], finalizers = [], deletionTimestamp } = event.object.metadata;
    for (const owner of ownerReferences) this.#owners.add(owner.uid);
    if (event.type === "DELETED") {
      this.#uids.delete(uid);
      this.#held.delete(uid);
      return [uid, ...ownerReferences.filter((owner) => this.#held.has(owner.uid)).map((owner) => `=${owner.uid}`)];
    }
    this.#uids.add(uid);
    const isHeld = deletionTimestamp !== undefined && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN));
    if (isHeld) this.#held.add(uid);
    const owners = event.type === "ADDED" ? ownerReferences.map((owner) => owner.uid) : [];
    return [...owners, ...(isHeld ? [`=${uid}`] : [])];
  }

  reconcile(key: string): undefined {
    if (key.startsWith("=")) return this.#release(key.slice(1));
    if (this.#uids.has(key)) return;
    for (const dependent of this.#dependentsOf(key)) this.#collect(dependent);
  }

  #collect({ resource, object }: Found): void {
    const isHeld = (object.metadata.ownerReferences ?? []).some((owner) => this.#uids.has(owner.uid));
    if (isHeld || object.metadata.deletionTimestamp !== undefined) return;
    this.#view.store.delete(resource, object.metadata.namespace, object.metadata.name);
  }

  #release(uid: string): undefined {
    const owner = this.#all().find(({ object }) => object.metadata.uid === uid);
    if (owner?.object.metadata.deletionTimestamp === undefined) return;
    const finalizers = owner.object.metadata.finalizers ?? [];
    const dependents = this.#dependentsOf(uid);
    if (finalizers.includes(ORPHAN)) for (const dependent of dependents) this.#orphan(dependent, uid);
    else if (finalizers.includes(FOREGROUND) && dependents.length > 0) {
      for (const { resource, object } of dependents) {
        if (object.metadata.deletionTimestamp !== undefined) continue;
        this.#view.store.delete(resource, object.metadata.namespace, object.metadata.name);
      }
      if (this.#dependentsOf(uid).length > 0) return;
    }
    this.#drop(owner.resource, uid);
  }

  #orphan({ resource, object }: Found, uid: string): void {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    this.#view.store.update(resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }

  #drop(resource: ResourceType, uid: string): void {
    const owner = this.#view.store.list(resource).find((object) => object.metadata.uid === uid);
    const before = owner?.metadata.finalizers ?? [];
    const finalizers = before.filter((name) => name !== FOREGROUND && name !== ORPHAN);
    if (owner === undefined || finalizers.length === before.length) return;
    this.#view.store.update(resource, { ...owner, metadata: { ...owner.metadata, finalizers } });
  }

  #dependentsOf(uid: string): readonly Found[] {
    if (!this.#owners.has(uid)) return [];
    return this.#all().filter(({ object }) => (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid));
  }

  #all(): readonly Found[] {
    return this.#view.store.registry.all.flatMap((resource) => this.#view.store.list(resource).map((object) => ({ resource, object })));
  }
}
