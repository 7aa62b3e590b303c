import { noSuchResource } from "../api-status.ts";
import type { ServedResource, Subresource } from "../resource-table.ts";
import { json, type Answer, type Call } from "./call.ts";
import { groupVersionOf } from "./wire-json.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const SUBRESOURCE_VERBS: Readonly<Record<Subresource, readonly string[]>> = {
  status: ["get", "patch", "update"],
  scale: ["get", "patch", "update"],
  log: ["get"],
  exec: ["create", "get"],
  finalize: ["update"],
  proxy: ["get"],
  binding: ["create"],
  eviction: ["create"],
  token: ["create"],
};

const SUBRESOURCE_TYPES: Partial<Readonly<Record<Subresource, object>>> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale" },
  token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
  eviction: { group: "policy", version: "v1", kind: "Eviction" },
  binding: { kind: "Binding" },
  exec: { kind: "PodExecOptions" },
  proxy: { kind: "NodeProxyOptions" },
};

const entries = (resource: ServedResource): object[] => [
  {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.reviewed === true ? ["create"] : VERBS,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  },
  ...resource.subresources.map((name) => ({
    name: `${resource.plural}/${name}`,
    singularName: "",
    namespaced: resource.namespaced,
    kind: resource.kind,
    ...SUBRESOURCE_TYPES[name],
    verbs: SUBRESOURCE_VERBS[name],
  })),
];

interface Group {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
  readonly preferredVersion: { readonly groupVersion: string; readonly version: string };
}

const groupsOf = (resources: readonly ServedResource[]): Group[] => {
  const names = [...new Set(resources.map((resource) => resource.group))].filter((name) => name !== "");
  return names.map((name) => {
    const versions = [...new Set(resources.filter((resource) => resource.group === name).flatMap((resource) => resource.versions))].map(
      (version) => ({ groupVersion: `${name}/${version}`, version }),
    );
    return { name, versions, preferredVersion: versions[0] ?? { groupVersion: name, version: "" } };
  });
};

const resourceList = (resources: readonly ServedResource[], group: string, version: string): Answer => {
  const served = resources.filter((resource) => resource.group === group && resource.versions.includes(version));
  if (served.length === 0) throw noSuchResource();
  return json({
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersionOf({ group }, version),
    resources: served.flatMap(entries),
  });
};

const groupAnswer = (resources: readonly ServedResource[], name: string): Answer => {
  const group = groupsOf(resources).find((candidate) => candidate.name === name);
  if (group === undefined) throw noSuchResource();
  return json({ kind: "APIGroup", apiVersion: "v1", ...group });
};

/** `/api`, `/api/v1`, `/apis`, `/apis/<group>` and `/apis/<group>/<version>`; undefined for other paths. */
export const discovery = (call: Call): Answer | undefined => {
  const [root, first, second, ...more] = call.segments;
  if (more.length > 0 || (root === "api" && second !== undefined)) return undefined;
  const resources = call.process.store.registry.all;
  if (root === "api") {
    if (first !== undefined) return resourceList(resources, "", first);
    const serverAddress = call.request.headers.host ?? "";
    return json({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }] });
  }
  if (root !== "apis") return undefined;
  if (first === undefined) return json({ kind: "APIGroupList", apiVersion: "v1", groups: groupsOf(resources) });
  return second === undefined ? groupAnswer(resources, first) : resourceList(resources, first, second);
};
