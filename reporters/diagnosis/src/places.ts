import type { Scope } from "@kubera-e2e/schema/evidence";
import { workloadKey, workloadOf } from "./pods.ts";

/** What places that are no object of a namespace can have in common. */
const LEVELS = ["node", "vm", "esxHost", "image", "urlHost"] as const;

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

const areApart = (a: Scope, b: Scope): boolean => differ(a.bed, b.bed) || differ(a.cluster, b.cluster);

/** An object of a namespace: its trouble is its own, and not that of all else on its node. */
const isObject = ({ kind, namespace, name }: Scope): boolean => kind !== "Node" && namespace !== undefined && name !== undefined;

const shareLevel = (a: Scope, b: Scope): boolean => LEVELS.some((level) => a[level] !== undefined && a[level] === b[level]);

/** Pods of one workload on two nodes do not share what one of the nodes did to its pod. */
const shareWorkload = (a: Scope, b: Scope): boolean =>
  isObject(b) && workloadKey(a) !== undefined && workloadKey(a) === workloadKey(b) && !differ(a.node, b.node);

/** Whether trouble at the first place is felt at the second: on the node or image it is about, or at the very workload. */
export const isFeltAt = (trouble: Scope, other: Scope): boolean => {
  if (areApart(trouble, other)) return false;
  return isObject(trouble) ? shareWorkload(trouble, other) : shareLevel(trouble, other);
};

/** Whether something may lean on an object: in its namespace, and not on a node of its own. A call without a namespace may lean on any. */
export const mayLeanOn = (object: Scope, other: Scope): boolean =>
  isObject(object) &&
  !areApart(object, other) &&
  (other.namespace === undefined ? other.urlHost !== undefined : object.namespace === other.namespace) &&
  !differ(object.node, other.node);

const PART_OF_NAME = /[A-Za-z0-9_-]/;

/** Whether a name stands in a text as a whole word. */
const mentions = (text: string, name: string | undefined): boolean => {
  if (name === undefined || name === "") return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!PART_OF_NAME.test(text[at - 1] ?? " ") && !PART_OF_NAME.test(text[at + name.length] ?? " ")) return true;
  }
  return false;
};

/** Whether an error's text speaks of objects of the place's namespace. */
export const namesNamespace = (text: string, { namespace }: Scope): boolean =>
  namespace !== undefined && text.includes(`${namespace}/`) && mentions(text, namespace);

/** Whether an error's text names the place: the object itself, or the node, VM, image or host that the place is about. */
export const namesPlace = (text: string, scope: Scope): boolean => {
  if (isObject(scope)) return namesNamespace(text, scope) && (mentions(text, scope.name) || mentions(text, workloadOf(scope)));
  return LEVELS.some((level) => mentions(text, scope[level]));
};

/** What decides where a place is; pods of one workload on one node are one place. */
const placeKey = (scope: Scope): string => {
  const { bed, cluster, node, vm, esxHost, image, urlHost, namespace } = scope;
  return `${bed} ${cluster} ${node} ${vm} ${esxHost} ${image} ${urlHost} ${namespace} ${workloadKey(scope)}`;
};

/** Places without those that say the same: twenty sightings of a pod are one place. */
export const distinctPlaces = (scopes: readonly Scope[]): Scope[] => [
  ...new Map(scopes.toReversed().map((scope) => [placeKey(scope), scope])).values(),
];
