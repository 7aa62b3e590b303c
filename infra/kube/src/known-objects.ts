import type { KubeObject } from "./kube-client.ts";
import type { Change } from "./object-store.ts";
import type { Listing } from "./reflector.ts";
import { nameOf } from "./view.ts";

/** What is kept of an object: enough to tell it from its other forms. */
type Known = Pick<KubeObject, "apiVersion" | "kind"> & {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string; readonly resourceVersion?: string };
};

const slim = ({ apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: KubeObject): Known => ({
  apiVersion,
  kind,
  metadata: {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  },
});

const keyOf = ({ metadata }: Known): string => nameOf(metadata);

const isSame = (a: Known, b: Known): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;

/** Whether a form of an object is newer than a whole list; revisions that are no numbers never are. */
const isAhead = ({ metadata }: Known, revision: string): boolean => Number(metadata.resourceVersion) > Number(revision);

/** An object of the same name is another one, whose forerunner is gone. */
const became = (known: Known | undefined, object: KubeObject): Change[] => {
  if (known === undefined) return [{ type: "ADDED", object }];
  if (known.metadata.uid === object.metadata.uid) return [{ type: "MODIFIED", object }];
  return [
    { type: "DELETED", object: known },
    { type: "ADDED", object },
  ];
};

/** Which objects of one kind are known, in which form; what they hold is not kept, so that ten thousand of them cost little. */
export class KnownObjects {
  #known = new Map<string, Known>();
  #deleted = new Set<string>();

  /** Takes one change of a watch; what it changes, which is nothing when it is known already. */
  apply({ type, object }: Change): Change[] {
    const key = keyOf(object);
    const known = this.#known.get(key);
    if (type === "DELETED") {
      this.#deleted.add(key);
      return this.#known.delete(key) ? [{ type, object }] : [];
    }
    if (known !== undefined && isSame(known, object)) return [];
    this.#known.set(key, slim(object));
    return became(known, object);
  }

  /** From now on, what is deleted is no difference to a list that was read meanwhile. */
  beginList(): void {
    this.#deleted = new Set();
  }

  /** What a list shows that the watch has not told; what the watch told after the list was made is left out. */
  missedIn({ items, revision }: Listing): Change[] {
    const listed = new Set(items.map(keyOf));
    const gone = [...this.#known].filter(([key, known]) => !listed.has(key) && !isAhead(known, revision));
    const changed = items.flatMap((object): Change[] => {
      const known = this.#known.get(keyOf(object));
      if (known === undefined) return this.#deleted.has(keyOf(object)) ? [] : [{ type: "ADDED", object }];
      return isSame(known, object) || isAhead(known, revision) ? [] : became(known, object);
    });
    return [...gone.map(([, object]): Change => ({ type: "DELETED", object })), ...changed];
  }

  /** Takes a list as the whole truth. All it shows is told: two times of one etcd give different forms the same revision. */
  replace({ items }: Listing): Change[] {
    const [before, listed] = [this.#known, new Set(items.map(keyOf))];
    this.#known = new Map(items.map((object) => [keyOf(object), slim(object)]));
    const gone = [...before].filter(([key]) => !listed.has(key));
    return [
      ...gone.map(([, object]): Change => ({ type: "DELETED", object })),
      ...items.flatMap((object) => became(before.get(keyOf(object)), object)),
    ];
  }
}
