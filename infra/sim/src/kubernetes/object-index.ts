import type { EtcdData } from "../datacenter/disk.ts";
import type { KubeObject } from "./kube-object.ts";
import type { ResourceType } from "./store.ts";

type Kind = Pick<ResourceType, "group" | "plural">;

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Objects of one etcd by kind, so that a list does not read the others. Writes go through to the disk. */
export class ObjectIndex {
  readonly #etcd: EtcdData;
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  /** In order, by kind, since one was added or removed: most writes change what is there. */
  readonly #names = new Map<string, readonly string[]>();
  /** Lists by kind and namespace since the last write of the kind. */
  readonly #lists = new Map<string, Map<string | undefined, readonly KubeObject[]>>();

  constructor(etcd: EtcdData) {
    this.#etcd = etcd;
    for (const [key, object] of etcd.objects) {
      const [group = "", plural = "", ...rest] = key.split("/");
      this.#of({ group, plural }).set(rest.join("/"), object);
    }
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#of(kind).get(`${namespace ?? ""}/${name}`);
  }

  put(kind: Kind, object: KubeObject): void {
    const local = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const objects = this.#of(kind);
    if (!objects.has(local)) this.#names.delete(`${kind.group}/${kind.plural}`);
    objects.set(local, object);
    this.#lists.delete(`${kind.group}/${kind.plural}`);
    this.#etcd.objects.set(`${kind.group}/${kind.plural}/${local}`, object);
  }

  remove(kind: Kind, object: KubeObject): void {
    const local = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    this.#of(kind).delete(local);
    this.#names.delete(`${kind.group}/${kind.plural}`);
    this.#lists.delete(`${kind.group}/${kind.plural}`);
    this.#etcd.objects.delete(`${kind.group}/${kind.plural}/${local}`);
  }

  /** In the order of namespace and name. */
  list(kind: Kind, namespace?: string): readonly KubeObject[] {
    const key = `${kind.group}/${kind.plural}`;
    const lists = this.#lists.get(key) ?? new Map<string | undefined, readonly KubeObject[]>();
    this.#lists.set(key, lists);
    const list = lists.get(namespace) ?? this.#sorted(kind, namespace);
    lists.set(namespace, list);
    return list;
  }

  #sorted(kind: Kind, namespace: string | undefined): readonly KubeObject[] {
    const objects = this.#of(kind);
    const names = this.#namesOf(kind, objects);
    const chosen = namespace === undefined ? names : names.filter((local) => local.startsWith(`${namespace}/`));
    return chosen.flatMap((local) => objects.get(local) ?? []);
  }

  #namesOf(kind: Kind, objects: ReadonlyMap<string, KubeObject>): readonly string[] {
    const key = `${kind.group}/${kind.plural}`;
    const names = this.#names.get(key) ?? [...objects.keys()].toSorted(byName);
    this.#names.set(key, names);
    return names;
  }

  #of(kind: Kind): Map<string, KubeObject> {
    const key = `${kind.group}/${kind.plural}`;
    const found = this.#kinds.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, KubeObject>();
    this.#kinds.set(key, made);
    return made;
  }
}
