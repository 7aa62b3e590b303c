import { scopeOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { invalid, missing, notFound } from "../http/api-error.ts";
import { collection, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, type Reply, type Route } from "../http/router.ts";
import type { GroupRow, ProjectRow } from "../rows.ts";
import { projectKey } from "../secrets.ts";

const presentGroup = (call: Call, group: GroupRow): Presented => {
  const path = `groups/${group.id}`;
  return present(call, {
    type: "group",
    path,
    fields: { ...group, state: "active" },
    links: {
      projects: `${path}/projects`,
      clusters: `${path}/clusters`,
      groupMembers: `${path}/groupmembers`,
      mayaApplications: `${path}/mayaapplications`,
      mayaStoragePools: `${path}/mayastoragepools`,
    },
  });
};

const listGroups = (call: Call): Reply => {
  const { id } = call.account;
  const mine = new Set(call.db.list("members").flatMap((member) => (member.accountId === id ? [member.projectId] : [])));
  const groups = call.db.list("groups").filter((group) => mine.has(group.projectId));
  return collection(
    call,
    "group",
    groups.map((group) => presentGroup(call, group)),
  );
};

const presentProject = (call: Call, { group, member }: Scope, project: ProjectRow): Presented =>
  present(call, {
    type: "project",
    path: `groups/${group.id}/projects/${project.id}`,
    fields: { ...project, role: member.role, state: "active" },
    actions: ["getapikey"],
  });

const projectOf = (call: Call, scope: Scope): ProjectRow => {
  const project = call.db.get("projects", scope.group.projectId);
  if (project === undefined) throw notFound(`project ${scope.group.projectId} is unknown`);
  return project;
};

const listProjects = (call: Call): Reply => {
  const scope = scopeOf(call);
  return collection(call, "project", [presentProject(call, scope, projectOf(call, scope))]);
};

const readProject = (call: Call): Reply => {
  const scope = scopeOf(call);
  const project = projectOf(call, scope);
  if (project.id !== call.param("pid")) throw notFound(`project ${call.param("pid")} is unknown`);
  return ok(presentProject(call, scope, project));
};

/** Whoever has the key reads metrics, logs and alerts of the project. */
const getApiKey = (call: Call): Reply => {
  const scope = viewScope(call);
  const project = projectOf(call, scope);
  if (project.id !== call.param("pid")) throw notFound(`project ${call.param("pid")} is unknown`);
  const identity = call.text("identity");
  if (identity !== call.db.state.uniqueId)
    throw identity === "" ? missing("identity") : invalid("identity is not that of this Director", "InvalidOption");
  const { user, password } = projectKey(project.id, call.db.state.sessionKey);
  return ok({ type: "projectApiKey", apiKey: Buffer.from(`${user}:${password}`).toString("base64") });
};

export const groupRoutes: readonly Route[] = [
  get("v3/groups", listGroups),
  get("v3/groups/:gid", (call) => ok(presentGroup(call, scopeOf(call).group))),
  get("v3/groups/:gid/projects", listProjects),
  // The singular path answers a collection too.
  get("v3/groups/:gid/project", listProjects),
  get("v3/groups/:gid/projects/:pid", readProject),
  action("v3/groups/:gid/projects/:pid", "getapikey", getApiKey),
];
