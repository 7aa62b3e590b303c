import { clusterOf, viewScope } from "../access.ts";
import type { Call } from "../call.ts";
import { notAllowed } from "../http/api-error.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { containerOf, logOptions } from "../../kubernetes/api/pod-doors.ts";
import { noSuchResource, notFound } from "../../kubernetes/api-status.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { ClusterRow } from "../rows.ts";

const FIXED_SEGMENTS = 5;

interface Target {
  readonly group: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  /** Whether the log of the named pod is meant, and not the pod. */
  readonly log?: true;
}

const withoutNamespace = ([plural = "", name]: readonly string[], group: string): Target => ({
  group,
  plural,
  ...(name !== undefined && { name }),
});

const isPodLog = (group: string, [first, , plural, , subresource, ...rest]: readonly string[]): boolean =>
  group === "" && first === "namespaces" && plural === "pods" && subresource === "log" && rest.length === 0;

const inNamespace = (group: string, rest: readonly string[]): Target => {
  const [, namespace = "", plural = "", name] = rest;
  return { group, namespace, plural, ...(name !== undefined && { name }), ...(isPodLog(group, rest) && { log: true }) };
};

/** `api/v1/…` or `apis/<group>/<version>/…`, below a namespace or not. */
const targetOf = (segments: readonly string[]): Target => {
  const isCore = segments[0] === "api";
  if (!isCore && segments[0] !== "apis") throw noSuchResource();
  const group = isCore ? "" : (segments[1] ?? "");
  const rest = segments.slice(isCore ? 2 : 3);
  if (rest.length > 4 && !isPodLog(group, rest)) throw noSuchResource();
  return rest[0] === "namespaces" && rest.length > 2 ? inNamespace(group, rest) : withoutNamespace(rest, group);
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

/** A log as far as it is written; an answer that never ends does not come through. */
const logOf = async (call: Call, cluster: ClusterRow, pod: KubeObject): Promise<Reply> => {
  const { query } = call.request;
  const options = logOptions(query, { nowMs: call.director.time.now(), signal: new AbortController().signal });
  if (options.follow) throw notAllowed("a log is not followed through Director");
  let body = "";
  for await (const line of call.director.logsOf(cluster)(pod, containerOf(query, pod), options)) body += `${line}\n`;
  return { status: 200, body, contentType: "text/plain" };
};

const proxy = async (call: Call): Promise<Reply> => {
  const scope = viewScope(call);
  const cluster = clusterOf(call, scope, call.param("cid"));
  const target = targetOf(call.request.segments.slice(FIXED_SEGMENTS));
  const body = answer(call.director.storeOf(cluster), target);
  return target.log === true ? logOf(call, cluster, body as KubeObject) : { status: 200, body };
};

/** Reads only: Director's topology view never changes a cluster through it. */
export const kubernetesProxyRoutes: readonly Route[] = [get("k8s/groups/:gid/clusters/:cid/*", proxy)];
