import { ApiStatusError } from "../kubernetes/api-status.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import type { ResourceType, Store } from "../kubernetes/store.ts";

export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export const apiVersionOf = ({ group, version }: KindName): string => `${group}/${version}`;

/** The kind as the cluster serves it; undefined while nobody has defined it. */
export const servedKind = (store: Store, { kind, group }: KindName): ResourceType | undefined => {
  try {
    return store.resource(kind, group);
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 404) return undefined;
    throw error;
  }
};

/** All objects of a kind; none while the kind is not defined. */
export const listKind = (store: Store, name: KindName, namespace?: string): readonly KubeObject[] => {
  const resource = servedKind(store, name);
  return resource === undefined ? [] : store.list(resource, namespace);
};

/** The object of a kind; undefined too while the kind is not defined. */
export const getKind = (store: Store, name: KindName, at: { readonly namespace?: string | undefined; readonly name: string }) => {
  const resource = servedKind(store, name);
  return resource === undefined ? undefined : store.get(resource, at.namespace, at.name);
};
