import { clusterOf, viewScope } from "../access.ts";
import type { Call } from "../call.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { noSuchResource, notFound } from "../../kubernetes/api-status.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";

const FIXED_SEGMENTS = 5;

interface Target {
  readonly group: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
}

const withoutNamespace = ([plural = "", name]: readonly string[], group: string): Target => ({
  group,
  plural,
  ...(name !== undefined && { name }),
});

/** `api/v1/…` or `apis/<group>/<version>/…`, below a namespace or not. */
const targetOf = (segments: readonly string[]): Target => {
  const isCore = segments[0] === "api";
  if (!isCore && segments[0] !== "apis") throw noSuchResource();
  const group = isCore ? "" : (segments[1] ?? "");
  const rest = segments.slice(isCore ? 2 : 3);
  const [first, namespace, plural, name] = rest;
  if (rest.length > 4) throw noSuchResource();
  if (first !== "namespaces" || namespace === undefined || plural === undefined) return withoutNamespace(rest, group);
  return { group, namespace, plural, ...(name !== undefined && { name }) };
};

const answer = (store: EtcdStore, { group, namespace, plural, name }: Target): unknown => {
  const resource = store.registry.byPlural(group, plural);
  if (resource === undefined) throw noSuchResource();
  if (name === undefined) {
    const apiVersion = group === "" ? resource.version : `${group}/${resource.version}`;
    const items = store.list(resource, namespace);
    return { kind: `${resource.kind}List`, apiVersion, metadata: { resourceVersion: String(store.revision) }, items };
  }
  const found = store.get(resource, namespace, name);
  if (found === undefined) throw notFound(resource, name);
  return found;
};

const proxy = (call: Call): Reply => {
  const scope = viewScope(call);
  const store = call.director.storeOf(clusterOf(call, scope, call.param("cid")));
  return { status: 200, body: answer(store, targetOf(call.request.segments.slice(FIXED_SEGMENTS))) };
};

/** Reads only: Director's topology view never changes a cluster through it. */
export const kubernetesProxyRoutes: readonly Route[] = [get("k8s/groups/:gid/clusters/:cid/*", proxy)];
