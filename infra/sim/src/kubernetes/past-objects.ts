import type { KubeObject } from "./kube-object.ts";
import type { ResourceType, Store } from "./store.ts";

export interface Wanted {
  readonly resource: ResourceType;
  readonly namespace: string | undefined;
  readonly revision: number;
}

/** `namespace/name`; lists are in the order of it. */
export const placeOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

const inOrder = (objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] =>
  [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);

/** The objects as they were at a revision, from those of now and what happened since; undefined when that is forgotten. */
export const objectsAt = (store: Store, { resource, namespace, revision }: Wanted): readonly KubeObject[] | undefined => {
  const now = store.list(resource, namespace);
  if (revision === store.revision) return now;
  const later = store
    .since(revision)
    ?.filter((event) => event.resource.plural === resource.plural && event.resource.group === resource.group);
  const since = later?.filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace);
  if (since === undefined || since.length === 0) return since && now;
  const objects = new Map(now.map((object) => [placeOf(object), object]));
  for (const { object, before } of since.toReversed()) {
    if (before === undefined) objects.delete(placeOf(object));
    else objects.set(placeOf(object), before);
  }
  return inOrder(objects);
};
