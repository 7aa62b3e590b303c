import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import type { KindRef, KubeObject, ObjectRef } from "../kube-client.ts";
import { nameOf, type KubeProbe } from "../view.ts";

export interface GoneScope extends KindRef {
  readonly namespace?: string;
  /** Only those that carry all of these. */
  readonly labels?: Readonly<Record<string, string>>;
}

const NAMED_LIMIT = 5;

/** What keeps one object: nobody's wish to delete it, or its finalizers. */
const holder = ({ metadata }: KubeObject): string => {
  if (metadata.deletionTimestamp === undefined) return "nobody has asked for its deletion";
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.length === 0) return "it is being deleted";
  return `held by ${finalizers.length === 1 ? "finalizer" : "finalizers"} ${finalizers.join(", ")}`;
};

/** One object of any kind does not exist any more; a kind that is not served has none. */
export const objectGone = (ref: ObjectRef): KubeProbe<true> => ({
  what: `${ref.kind} ${nameOf(ref)} is gone`,
  kinds: [
    { apiVersion: ref.apiVersion, kind: ref.kind, maybeUnserved: true, ...(ref.namespace !== undefined && { namespace: ref.namespace }) },
  ],
  about: ref,
  probe: (view) => {
    const object = view.get(ref);
    return object === undefined ? reached(true) : notYet(holder(object));
  },
});

/** No object of a kind is left, in a namespace or anywhere; those that are left are named with what holds them. */
export const objectsGone = ({ apiVersion, kind, namespace, labels = {} }: GoneScope): KubeProbe<true> => ({
  what: `no ${kind} is left${namespace === undefined ? "" : ` in namespace ${namespace}`}`,
  kinds: [{ apiVersion, kind, maybeUnserved: true, ...(namespace !== undefined && { namespace }) }],
  probe: (view) => {
    const left = view
      .list({ apiVersion, kind }, namespace)
      .filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value));
    if (left.length === 0) return reached(true);
    const shown = left.slice(0, NAMED_LIMIT).map((object) => `${nameOf(object.metadata)} (${holder(object)})`);
    return notYet(`${left.length} left: ${shown.join(", ")}${left.length > NAMED_LIMIT ? ` and ${left.length - NAMED_LIMIT} more` : ""}`);
  },
});
