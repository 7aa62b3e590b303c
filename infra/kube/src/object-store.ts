import type { KubeObject } from "./kube-client.ts";
import { nameOf } from "./view.ts";
import type { ChangeType } from "./watch-stream.ts";

export interface Change {
  readonly type: ChangeType;
  readonly object: KubeObject;
}

const keyOf = (object: KubeObject): string => nameOf(object.metadata);

/** Who wrote which field is half of what an object weighs, and nobody who watches asks for it. */
const lean = (object: KubeObject): KubeObject => {
  const { managedFields: _owners, ...metadata } = object.metadata as KubeObject["metadata"] & { readonly managedFields?: unknown };
  return { ...object, metadata };
};

const isSame = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;

/** The last known form of the objects of one kind, and what changed against what was known before. */
export class ObjectStore {
  #objects: Map<string, KubeObject> | undefined;

  get objects(): ReadonlyMap<string, KubeObject> | undefined {
    return this.#objects;
  }

  /** Takes a whole list; the first one is where everything starts and changes nothing. */
  replace(given: readonly KubeObject[]): Change[] {
    const items = given.map(lean);
    const before = this.#objects;
    const now = new Map(items.map((object) => [keyOf(object), object]));
    this.#objects = now;
    if (before === undefined) return [];
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, object]): Change => ({ type: "DELETED", object }));
    return [...gone, ...[...now].flatMap(([key, object]) => this.#compare(before.get(key), object))];
  }

  /** Takes one event; what is known already changes nothing. */
  apply({ type, object: given }: Change): Change[] {
    const object = lean(given);
    const objects = this.#objects ?? new Map<string, KubeObject>();
    this.#objects = objects;
    const known = objects.get(keyOf(object));
    if (type === "DELETED") return objects.delete(keyOf(object)) ? [{ type, object }] : [];
    objects.set(keyOf(object), object);
    return this.#compare(known, object);
  }

  #compare(known: KubeObject | undefined, object: KubeObject): Change[] {
    if (known === undefined) return [{ type: "ADDED", object }];
    return isSame(known, object) ? [] : [{ type: "MODIFIED", object }];
  }
}
