import type { Call } from "./call.ts";
import { forbidden, notFound } from "./http/api-error.ts";
import type { ClusterRow, GroupRow, MemberRow } from "./rows.ts";

/** A group of a project together with the caller's membership in it. */
export interface Scope {
  readonly group: GroupRow;
  readonly member: MemberRow;
}

const membershipOf = (call: Call, projectId: string): MemberRow | undefined =>
  call.db.list("members").find((member) => member.projectId === projectId && member.accountId === call.account.id);

/** The group of the path. Errors: 404 when it does not exist or the caller is no member of its project. */
export const scopeOf = (call: Call): Scope => {
  const { id } = call.account;
  const group = call.db.get("groups", call.param("gid"));
  const member = group === undefined ? undefined : membershipOf(call, group.projectId);
  if (group === undefined || member === undefined) throw notFound(`group ${call.param("gid")} is unknown to account ${id}`);
  return { group, member };
};

/** For reads of what a project holds: everybody but a ProjectMember. */
export const viewScope = (call: Call): Scope => {
  const scope = scopeOf(call);
  if (scope.member.role === "ProjectMember") throw forbidden("a ProjectMember has no access to the resources of the project");
  return scope;
};

/** For changes of what a project holds: ProjectOwner and ProjectAdmin. */
export const changeScope = (call: Call): Scope => {
  const scope = viewScope(call);
  if (scope.member.role === "ProjectReadAdmin") throw forbidden("a ProjectReadAdmin may look but not change");
  return scope;
};

/** For changes of who belongs to a project. */
export const ownerScope = (call: Call, what: string): Scope => {
  const scope = scopeOf(call);
  if (scope.member.role !== "ProjectOwner") throw forbidden(`only ProjectOwner can ${what}`);
  return scope;
};

/** Clusters that a group reaches: those of its project, or the one it belongs to. */
export const clustersOf = (call: Call, { group }: Scope): readonly ClusterRow[] =>
  call.db
    .list("clusters")
    .filter((cluster) => cluster.projectId === group.projectId && (group.clusterId === undefined || group.clusterId === cluster.id))
    .filter((cluster) => cluster.state !== "removed");

/** Errors: 404 when the group does not reach it. */
export const clusterOf = (call: Call, scope: Scope, id: string): ClusterRow => {
  const found = clustersOf(call, scope).find((cluster) => cluster.id === id);
  if (found === undefined) throw notFound(`cluster ${id} is unknown`);
  return found;
};

/** What agents show is of connected clusters alone: of the one that the path names, or of all that the group reaches. Errors: 404. */
export const connectedClusters = (call: Call): readonly ClusterRow[] => {
  const scope = viewScope(call);
  const cid = call.params["cid"];
  const reached = cid === undefined ? clustersOf(call, scope) : [clusterOf(call, scope, cid)];
  return reached.filter(({ state }) => state === "active");
};
