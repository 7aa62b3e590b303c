import type { KubeObject } from "./kube-client.ts";
import { headOf, type Change, type ObjectHead } from "./object-line.ts";

/** Who wrote which field is half of what an object weighs, and nobody who watches asks for it. */
const lean = (object: KubeObject): KubeObject => {
  const { managedFields: _owners, ...metadata } = object.metadata as KubeObject["metadata"] & { readonly managedFields?: unknown };
  return { ...object, metadata };
};

/** The last known form of an object, read when somebody looks at it. */
class Held {
  readonly head: ObjectHead;
  #change: Change | undefined;
  #object: KubeObject | undefined;

  constructor(change: Change) {
    this.head = headOf(change);
    this.#change = change;
  }

  get object(): KubeObject {
    if (this.#change !== undefined) this.#object = lean(this.#change.object);
    // The line it was read from weighs as much again.
    this.#change = undefined;
    return this.#object as KubeObject;
  }
}

const isSame = (a: Held, b: Held): boolean => a.head.uid === b.head.uid && a.head.revision === b.head.revision;

class LookedAt implements Change {
  readonly type: Change["type"];
  readonly head: ObjectHead;
  readonly #held: Held;

  constructor(type: Change["type"], held: Held) {
    this.type = type;
    this.head = held.head;
    this.#held = held;
  }

  get object(): KubeObject {
    return this.#held.object;
  }
}

/** Objects by their key, each read when it is asked for. */
class Objects implements ReadonlyMap<string, KubeObject> {
  readonly #held: ReadonlyMap<string, Held>;

  constructor(held: ReadonlyMap<string, Held>) {
    this.#held = held;
  }

  get size(): number {
    return this.#held.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#held.get(key)?.object;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  keys(): MapIterator<string> {
    return this.#held.keys();
  }

  *values(): MapIterator<KubeObject> {
    for (const held of this.#held.values()) yield held.object;
  }

  *entries(): MapIterator<[string, KubeObject]> {
    for (const [key, held] of this.#held) yield [key, held.object];
  }

  [Symbol.iterator](): MapIterator<[string, KubeObject]> {
    return this.entries();
  }

  forEach(tell: (object: KubeObject, key: string, all: ReadonlyMap<string, KubeObject>) => void): void {
    for (const [key, object] of this) tell(object, key, this);
  }
}

/** The last known form of the objects of one kind, and what changed against what was known before. */
export class ObjectStore {
  #held: Map<string, Held> | undefined;
  #objects: Objects | undefined;

  get objects(): ReadonlyMap<string, KubeObject> | undefined {
    return this.#objects;
  }

  /** Takes a whole list; the first one is where everything starts and changes nothing. */
  replace(items: readonly KubeObject[]): Change[] {
    const before = this.#held;
    const now = this.#hold(new Map(items.map((object) => this.#leanHeld(object))));
    if (before === undefined) return [];
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, held]) => new LookedAt("DELETED", held));
    return [...gone, ...[...now].flatMap(([key, held]) => this.#compare(before.get(key), held))];
  }

  /** Takes one event; what is known already changes nothing. */
  apply(change: Change): Change[] {
    const objects = this.#held ?? this.#hold(new Map());
    const held = new Held(change);
    const { key } = held.head;
    const known = objects.get(key);
    if (change.type === "DELETED") return objects.delete(key) ? [new LookedAt("DELETED", held)] : [];
    objects.set(key, held);
    return this.#compare(known, held);
  }

  /** What a list holds has been read already. */
  #leanHeld(object: KubeObject): [string, Held] {
    const held = new Held({ type: "ADDED", object: lean(object) });
    return [held.head.key, held];
  }

  #hold(held: Map<string, Held>): Map<string, Held> {
    this.#held = held;
    this.#objects = new Objects(held);
    return held;
  }

  #compare(known: Held | undefined, held: Held): Change[] {
    if (known === undefined) return [new LookedAt("ADDED", held)];
    return isSame(known, held) ? [] : [new LookedAt("MODIFIED", held)];
  }
}
