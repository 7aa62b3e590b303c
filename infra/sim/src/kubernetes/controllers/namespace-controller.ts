import type { KubeObject } from "../kube-object.ts";
import type { ResourceType, StoreEvent } from "../store.ts";
import type { Condition, Namespace } from "../workload-objects.ts";
import { isRace, type ClusterView } from "./cluster-view.ts";
import { withCondition } from "./conditions.ts";
import type { Controller } from "./controller.ts";

interface Leftover {
  readonly resource: ResourceType;
  readonly objects: readonly KubeObject[];
}

const nameOf = (resource: ResourceType): string => `${resource.plural}.${resource.group}`;

const remaining = (leftovers: readonly Leftover[]): Condition => {
  const list = leftovers.map(({ resource, objects }) => `${nameOf(resource)} has ${objects.length} resource instances`).join(", ");
  return leftovers.length === 0
    ? { type: "NamespaceContentRemaining", status: "False", reason: "ContentRemoved", message: "All content successfully removed" }
    : {
        type: "NamespaceContentRemaining",
        status: "True",
        reason: "SomeResourcesRemain",
        message: `Some resources are remaining: ${list}`,
      };
};

const heldBack = (leftovers: readonly Leftover[]): Condition => {
  const counts = new Map<string, number>();
  for (const object of leftovers.flatMap((leftover) => leftover.objects)) {
    for (const finalizer of object.metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  const list = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).join(", ");
  return counts.size === 0
    ? {
        type: "NamespaceFinalizersRemaining",
        status: "False",
        reason: "ContentHasNoFinalizers",
        message: "All content-preserving finalizers finished",
      }
    : {
        type: "NamespaceFinalizersRemaining",
        status: "True",
        reason: "SomeFinalizersRemain",
        message: `Some content in the namespace has finalizers remaining: ${list}`,
      };
};

/** Gives each namespace its default service account, and empties namespaces that are being deleted. */
export class NamespaceController implements Controller {
  readonly name = "namespace";
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "Namespace") return [event.object.metadata.name];
    const isHomeOf = event.type === "DELETED" || event.resource.kind === "ServiceAccount" || event.object.metadata.finalizers !== undefined;
    const { namespace } = event.object.metadata;
    return namespace !== undefined && (isHomeOf || this.#isGoing(namespace)) ? [namespace] : [];
  }

  reconcile(key: string): undefined {
    const namespace = this.#view.get("Namespace", undefined, key);
    if (namespace === undefined) return;
    if (namespace.metadata.deletionTimestamp !== undefined) return this.#empty(namespace);
    if (this.#view.get("ServiceAccount", key, "default") !== undefined) return;
    this.#view.create("ServiceAccount", { metadata: { name: "default", namespace: key } });
  }

  #isGoing(name: string): boolean {
    return this.#view.get("Namespace", undefined, name)?.metadata.deletionTimestamp !== undefined;
  }

  #empty(namespace: Namespace): undefined {
    const { name } = namespace.metadata;
    for (const { resource, objects } of this.#leftovers(name)) {
      for (const object of objects) this.#delete(resource, object);
    }
    const leftovers = this.#leftovers(name);
    const now = this.#view.now();
    const conditions = [remaining(leftovers), heldBack(leftovers)].reduce(
      (known, condition) => withCondition(known, condition, now),
      namespace.status?.conditions ?? [],
    );
    const told = this.#view.updateStatus("Namespace", namespace, { phase: "Terminating", conditions });
    if (leftovers.length === 0) this.#view.update("Namespace", { ...told, spec: { finalizers: [] } });
  }

  #leftovers(namespace: string): readonly Leftover[] {
    return this.#view.store.registry.all
      .filter((resource) => resource.namespaced)
      .map((resource) => ({ resource, objects: this.#view.store.list(resource, namespace) }))
      .filter(({ objects }) => objects.length > 0);
  }

  #delete(resource: ResourceType, object: KubeObject): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    try {
      this.#view.store.delete(resource, object.metadata.namespace, object.metadata.name);
    } catch (error) {
      if (!isRace(error)) throw error;
    }
  }
}
