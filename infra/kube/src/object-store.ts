import type { KubeObject } from "./kube-client.ts";
import type { Listing } from "./reflector.ts";
import { isOlder } from "./revision.ts";
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

/** Whether two are surely the same form: what carries no revision, or an empty one, may be any. */
const isSameForm = (a: KubeObject, b: KubeObject): boolean => Boolean(a.metadata.resourceVersion) && isSame(a, b);

/** The last known form of the objects of one kind, and what changed against what was known before. */
export class ObjectStore {
  #objects: Map<string, KubeObject> | undefined;
  /** Revisions of what was deleted since the last list was asked for. */
  #deleted = new Map<string, string>();

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
    if (type === "DELETED") {
      this.#deleted.set(keyOf(object), object.metadata.resourceVersion ?? "");
      return objects.delete(keyOf(object)) ? [{ type, object }] : [];
    }
    objects.set(keyOf(object), object);
    return this.#compare(known, object);
  }

  /** A list is asked for. */
  beginList(): void {
    this.#deleted = new Map();
  }

  /** Whether a list shows what is known, form by form, but for what was told after it was made, up to a revision. */
  agreesWith({ items, revision }: Listing, told: string): boolean {
    const objects = this.#objects ?? new Map<string, KubeObject>();
    const isLater = (at = ""): boolean => isOlder(revision, at) && !isOlder(told, at);
    const holds = (item: KubeObject): boolean => {
      const known = objects.get(keyOf(item));
      if (known === undefined) return isLater(this.#deleted.get(keyOf(item)));
      return isSameForm(known, item) || isLater(known.metadata.resourceVersion);
    };
    const listed = new Set(items.map(keyOf));
    return items.every(holds) && [...objects].every(([key, { metadata }]) => listed.has(key) || isLater(metadata.resourceVersion));
  }

  #compare(known: KubeObject | undefined, object: KubeObject): Change[] {
    if (known === undefined) return [{ type: "ADDED", object }];
    return isSame(known, object) ? [] : [{ type: "MODIFIED", object }];
  }
}
