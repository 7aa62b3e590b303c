import type { Json, KubeObject } from "../kubernetes/kube-object.ts";
import type { Store } from "../kubernetes/store.ts";

/** An object as a manifest has it: kind and name are enough to find its resource. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Json;
  readonly [field: string]: unknown;
}

export const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "");

/** Creates the object, or gives the existing one this content. Throws what the store refuses with. */
export const apply = (store: Store, manifest: Manifest): KubeObject => {
  const resource = store.resource(manifest.kind, groupOf(manifest.apiVersion));
  const before = store.get(resource, manifest.metadata.namespace, manifest.metadata.name);
  if (before === undefined) return store.create(resource, manifest);
  const { labels, annotations } = before.metadata;
  const metadata = {
    ...before.metadata,
    labels: { ...labels, ...manifest.metadata.labels },
    annotations: { ...annotations, ...manifest.metadata.annotations },
  };
  return store.update(resource, { ...before, ...manifest, metadata });
};

/** Sets labels of an object; undefined removes one. Nothing is written when nothing changes. */
export const relabel = (store: Store, object: KubeObject, labels: Readonly<Record<string, string | undefined>>): void => {
  const before = object.metadata.labels ?? {};
  if (Object.entries(labels).every(([name, value]) => before[name] === value)) return;
  const after = Object.entries({ ...before, ...labels }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  store.update(store.resource(object.kind, groupOf(object.apiVersion)), {
    ...object,
    metadata: { ...object.metadata, labels: Object.fromEntries(after) },
  });
};
