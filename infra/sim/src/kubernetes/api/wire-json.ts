import type { KubeObject } from "../kube-object.ts";
import type { ServedResource } from "../resource-table.ts";

const texts = new WeakMap<KubeObject, string>();

/** The object's JSON, made once for all lists and watches that carry it. */
export const objectJson = (object: KubeObject): string => {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
};

export const groupVersionOf = (resource: Pick<ServedResource, "group">, version: string): string =>
  resource.group === "" ? version : `${resource.group}/${version}`;

/** The object as it looks under one of its served versions; only the type differs, as without a conversion webhook. */
export const inVersion = (object: KubeObject, resource: ServedResource, version: string): KubeObject =>
  version === resource.version ? object : { ...object, apiVersion: groupVersionOf(resource, version) };

/** Items of built-in lists carry no type of their own on the wire; those of custom kinds do. */
const itemJson = (object: KubeObject, custom: boolean): string => {
  const text = objectJson(object);
  const type = `{"apiVersion":${JSON.stringify(object.apiVersion)},"kind":${JSON.stringify(object.kind)},`;
  return !custom && text.startsWith(type) ? `{${text.slice(type.length)}` : text;
};

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface ListView {
  readonly resource: ServedResource;
  readonly version: string;
  readonly custom: boolean;
  readonly metadata: ListMeta;
}

export const listJson = (objects: readonly KubeObject[], view: ListView): string => {
  const { resource, version, custom, metadata } = view;
  const items = objects.map((object) => itemJson(inVersion(object, resource, version), custom)).join(",");
  const kind = JSON.stringify(`${resource.kind}List`);
  const apiVersion = JSON.stringify(groupVersionOf(resource, version));
  return `{"kind":${kind},"apiVersion":${apiVersion},"metadata":${JSON.stringify(metadata)},"items":[${items}]}\n`;
};
