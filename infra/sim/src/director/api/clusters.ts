import { changeScope, clusterOf, clustersOf, viewScope, type Scope } from "../access.ts";
import { agentYaml } from "../agent-manifest.ts";
import { disconnect } from "../cluster-life.ts";
import type { Call } from "../call.ts";
import { conflict, invalid, missing, notFound } from "../http/api-error.ts";
import { collection, created, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, post, remove, type Reply, type Route } from "../http/router.ts";
import type { ClusterRow, NodeRow } from "../rows.ts";
import { randomToken } from "../secrets.ts";
import { labelNode } from "./openebs-nodes.ts";

/** 6 to 24 letters, digits and dashes, beginning and ending with a letter or digit. */
const isClusterName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{4,22}[A-Za-z0-9]$/.test(name);

const registrationOf = (call: Call, cluster: ClusterRow): unknown => {
  if (cluster.state === "creating") return null;
  const script = `${call.request.base}/v3/scripts/${cluster.token}.yaml`;
  return { type: "registrationToken", token: cluster.token, clusterCommand: `kubectl apply -f ${script}`, state: "active" };
};

const presentCluster = (call: Call, { group }: Scope, cluster: ClusterRow): Presented => {
  const { token: _, components = {}, reportedFrom: __, poolHealth: ___, ...fields } = cluster;
  const path = `groups/${group.id}/clusters/${cluster.id}`;
  return present(call, {
    type: "cluster",
    path,
    fields: { ...fields, components, registrationToken: registrationOf(call, cluster) },
    links: { nodes: `${path}/nodes`, openebses: `${path}/openebses` },
  });
};

const list = (call: Call): Reply => {
  const scope = viewScope(call);
  return collection(
    call,
    "cluster",
    clustersOf(call, scope).map((cluster) => presentCluster(call, scope, cluster)),
  );
};

const read = (call: Call): Reply => {
  const scope = viewScope(call);
  return ok(presentCluster(call, scope, clusterOf(call, scope, call.param("cid"))));
};

const checkName = (call: Call, scope: Scope, name: string): void => {
  if (!isClusterName(name))
    throw name === "" ? missing("name") : invalid("name needs 6 to 24 letters, digits and dashes, without other special characters");
  if (clustersOf(call, scope).some((cluster) => cluster.name === name)) throw conflict(`a cluster called ${name} is there already`);
};

const register = (call: Call): Reply => {
  const scope = changeScope(call);
  const name = call.text("name");
  const { projectId } = scope.group;
  checkName(call, scope, name);
  const wanted = call.text("projectId");
  if (wanted !== "" && wanted !== projectId) throw invalid(`projectId ${wanted} is not the project of the group`, "InvalidReference");
  const fields = { name, projectId, provider: call.text("provider"), state: "creating" as const, token: randomToken(), hosting: false };
  const cluster = call.db.insert("clusters", fields);
  call.director.prepareRegistration(cluster.id);
  return created(presentCluster(call, scope, cluster));
};

const drop = (call: Call): Reply => {
  const scope = changeScope(call);
  const cluster = clusterOf(call, scope, call.param("cid"));
  const removed = disconnect(call.db, cluster);
  return ok({ ...presentCluster(call, scope, removed), registrationToken: null });
};

const presentNode = (call: Call, { group }: Scope, node: NodeRow): Presented =>
  present(call, { type: "node", path: `groups/${group.id}/nodes/${node.id}`, fields: { ...node }, actions: ["labelnodes"] });

const nodesOf = (call: Call, scope: Scope): readonly NodeRow[] => {
  const reachable = new Set(clustersOf(call, scope).map((cluster) => cluster.id));
  return call.db.list("nodes").filter((node) => reachable.has(node.clusterId));
};

const listNodes = (call: Call): Reply => {
  const scope = viewScope(call);
  const cid = call.params["cid"];
  const cluster = cid === undefined ? undefined : clusterOf(call, scope, cid);
  const nodes = nodesOf(call, scope).filter((node) => cluster === undefined || node.clusterId === cluster.id);
  return collection(
    call,
    "node",
    nodes.map((node) => presentNode(call, scope, node)),
  );
};

const nodeOf = (call: Call, scope: Scope): NodeRow => {
  const node = nodesOf(call, scope).find((row) => row.id === call.param("nid"));
  if (node === undefined) throw notFound(`node ${call.param("nid")} is unknown`);
  return node;
};

const readNode = (call: Call): Reply => {
  const scope = viewScope(call);
  return ok(presentNode(call, scope, nodeOf(call, scope)));
};

const label = (call: Call): Reply => {
  const scope = changeScope(call);
  const node = nodeOf(call, scope);
  labelNode(call, clusterOf(call, scope, node.clusterId), node.name);
  return { status: 202, body: presentNode(call, scope, node) };
};

/** Open to whoever has the token: kubectl fetches it without credentials. */
const script = (call: Call): Reply => {
  const token = /^(.+)\.ya?ml$/.exec(call.param("script"))?.[1];
  const cluster = call.db.list("clusters").find((row) => row.token === token && row.state !== "removed" && row.state !== "creating");
  if (cluster === undefined) throw notFound("no cluster waits for this registration");
  const body = agentYaml(call.director.agentInstallation(cluster, call.request.base));
  return { status: 200, body, contentType: "application/yaml; charset=utf-8" };
};

export const clusterRoutes: readonly Route[] = [
  get("v3/groups/:gid/clusters", list),
  post("v3/groups/:gid/clusters", register),
  get("v3/groups/:gid/clusters/:cid", read),
  remove("v3/groups/:gid/clusters/:cid", drop),
  get("v3/groups/:gid/clusters/:cid/nodes", listNodes),
  get("v3/groups/:gid/nodes", listNodes),
  get("v3/groups/:gid/nodes/:nid", readNode),
  action("v3/groups/:gid/nodes/:nid", "labelnodes", label),
  get("v3/scripts/:script", script),
];
