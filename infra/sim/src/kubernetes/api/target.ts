import { ApiStatusError, noSuchResource } from "../api-status.ts";
import type { ResourceRegistry } from "../resource-registry.ts";
import type { ServedResource } from "../resource-table.ts";
import { BUILT_IN_RESOURCES } from "../resource-table.ts";

/** What a resource path names: `/apis/apps/v1/namespaces/default/deployments/web/scale`. */
export interface Target {
  readonly resource: ServedResource;
  /** The version of the path, which for custom kinds may differ from the stored one. */
  readonly version: string;
  readonly custom: boolean;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows the subresource: the path of a proxy. */
  readonly tail: readonly string[];
}

interface Place {
  readonly namespace: string | undefined;
  readonly rest: readonly string[];
}

const NAMESPACE_DOORS = new Set(["status", "finalize"]);

/** `namespaces/x/pods/…` lies in a namespace; `namespaces/x` and `namespaces/x/status` name one. */
const placeOf = (segments: readonly string[]): Place => {
  const [first, namespace, third] = segments;
  const isInside = first === "namespaces" && third !== undefined && !NAMESPACE_DOORS.has(third);
  return isInside ? { namespace, rest: segments.slice(2) } : { namespace: undefined, rest: segments };
};

const groupOf = (segments: readonly string[]): { group: string; version: string; rest: readonly string[] } => {
  const [root, first = "", second = ""] = segments;
  if (root === "api") return { group: "", version: first, rest: segments.slice(2) };
  if (root === "apis") return { group: first, version: second, rest: segments.slice(3) };
  throw noSuchResource();
};

/** Doors of real pods that lead nowhere here: simulated containers are programs without input and ports. */
const CLOSED = new Set(["attach", "ephemeralcontainers", "portforward", "proxy", "resize"]);

const noSuchDoor = (resource: ServedResource, subresource: string): ApiStatusError => {
  if (resource.kind !== "Pod" || !CLOSED.has(subresource)) return noSuchResource();
  const message = `the simulated server has no ${resource.plural}/${subresource}: its containers are programs of the simulator`;
  return new ApiStatusError({ code: 404, reason: "NotFound", message, details: {} });
};

/** Errors: 404 for a resource that is not served, or not at this place. */
export const targetOf = (segments: readonly string[], registry: ResourceRegistry): Target => {
  const { group, version, rest } = groupOf(segments);
  const { namespace, rest: own } = placeOf(rest);
  const [plural = "", name, subresource, ...tail] = own;
  const resource = registry.byPlural(group, plural);
  if (resource === undefined || !resource.versions.includes(version)) throw noSuchResource();
  if (resource.namespaced ? name !== undefined && namespace === undefined : namespace !== undefined) throw noSuchResource();
  if (subresource !== undefined && !(resource.subresources as readonly string[]).includes(subresource))
    throw noSuchDoor(resource, subresource);
  return { resource, version, custom: !BUILT_IN_RESOURCES.includes(resource), namespace, name, subresource, tail };
};
