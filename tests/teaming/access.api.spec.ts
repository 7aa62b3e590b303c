import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";
import type { Person, Team, Teammate } from "@kubera-e2e/fixtures/people";

/** A project with somebody to change, somebody to invite, a cluster to disconnect and a store to back up to. */
interface Scene {
  readonly team: Team;
  readonly fellow: Teammate;
  readonly fellowId: string;
  readonly guest: Person;
  readonly clusterId: string;
  readonly providerId: string;
}

type Request = Parameters<DirectorClient["request"]>[0];

interface Change {
  readonly request: (scene: Scene) => Request;
  /** What the change leaves behind, as the owner or the invited sees it. */
  readonly trace: (scene: Scene) => Promise<unknown>;
}

const below = ({ team }: Scene, path: string): string => `/v3/groups/${team.project.id}${path}`;

const CHANGES: Readonly<Record<string, Change>> = {
  "invite somebody": {
    request: (scene) => ({
      method: "POST",
      path: below(scene, "/emailinvitations"),
      form: { groupId: scene.team.project.id, inviteeId: scene.guest.accountId, kind: "projectInvitation", role: "ProjectMember" },
    }),
    trace: async ({ guest }) => (await guest.director.invitations()).map(({ id }) => id),
  },
  "change a role": {
    request: (scene) => ({
      method: "POST",
      path: below(scene, `/groupmembers/${scene.fellowId}/?action=changerole`),
      form: { role: "ProjectReadAdmin" },
    }),
    trace: async ({ team, fellow }) => (await team.member(fellow)).role,
  },
  "remove a member": {
    request: (scene) => ({ method: "DELETE", path: below(scene, `/groupmembers/${scene.fellowId}`) }),
    trace: async ({ team, fellow }) => (await team.find(fellow))?.id,
  },
  "register a cluster": {
    request: (scene) => ({
      method: "POST",
      path: below(scene, "/clusters"),
      form: { name: "second-one", projectId: scene.team.project.projectId, provider: "konvoy" },
    }),
    trace: async ({ team }) => (await team.project.clusters()).map(({ name }) => name),
  },
  "disconnect a cluster": {
    request: (scene) => ({ method: "DELETE", path: below(scene, `/clusters/${scene.clusterId}`) }),
    trace: async ({ team }) => (await team.project.clusters()).map(({ id }) => id),
  },
  "add backup credentials": {
    request: (scene) => ({
      method: "POST",
      path: below(scene, "/providercredentials"),
      body: {
        name: "our-store",
        projectId: scene.team.project.projectId,
        providerId: scene.providerId,
        credential: { access_id: "an-access-id", secret_key: "a-secret-key" },
      },
    }),
    trace: async ({ team }) => (await team.project.credentials.list()).map(({ name }) => name),
  },
};

const setScene = async (team: Team, guest: Person): Promise<Scene> => {
  const fellow = await team.join("ProjectMember");
  const { projectId } = team.project;
  const [{ id: clusterId }, providers] = await Promise.all([
    team.project.registerCluster({ name: "first-one", projectId, provider: "konvoy" }),
    team.owner.backupProviders(),
  ]);
  const providerId = providers.find(({ name }) => name === "minio")?.id ?? "";
  return { team, fellow, fellowId: (await team.member(fellow)).id, guest, clusterId, providerId };
};

const ROLES = [
  {
    role: "ProjectOwner",
    may: Object.keys(CHANGES),
    details: (row: string) => plan("TCID-DIR-TEAMING-ACCESS-OWNER", { day: 1, priority: 1, row, assumption: "A-MEMBER-DELETE" }),
  },
  {
    role: "ProjectAdmin",
    may: ["register a cluster", "disconnect a cluster", "add backup credentials"],
    details: (row: string) => plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row, assumption: "A-CLUSTER-DELETE" }),
  },
  {
    role: "ProjectReadAdmin",
    may: [],
    details: (row: string) => plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row }),
  },
  {
    role: "ProjectMember",
    may: [],
    details: (row: string) => plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row }),
  },
] as const;

type Role = (typeof ROLES)[number]["role"];

const somebody = async (team: Team, role: Role): Promise<DirectorClient> =>
  role === "ProjectOwner" ? team.owner : (await team.join(role)).director;

for (const { role, may, details } of ROLES) {
  const allowed: readonly string[] = may;
  const changes = Object.entries(CHANGES).map(([row, change]) => ({ row, ...change }));

  for (const { row, request, trace } of changes.filter((change) => allowed.includes(change.row))) {
    test(`a ${role} may ${row}`, details(row), async ({ team, people }) => {
      const scene = await setScene(team, await people.signUp());
      const actor = await somebody(team, role);
      const before = await trace(scene);
      expect(await actor.request(request(scene))).not.toBeRefused();
      expect(await trace(scene)).not.toEqual(before);
    });
  }

  for (const { row, request, trace } of changes.filter((change) => !allowed.includes(change.row))) {
    test(`a ${role} may not ${row}`, details(row), async ({ team, people }) => {
      const scene = await setScene(team, await people.signUp());
      const actor = await somebody(team, role);
      const before = await trace(scene);
      expect(await actor.request(request(scene))).toBeRefused();
      expect(await trace(scene)).toEqual(before);
    });
  }
}

/** What a project shows, below its group. */
const VIEWS = [
  "clusters",
  "nodes",
  "openebses",
  "openebs",
  "openebstemplates",
  "openebsjobs",
  "openebsupgradeclaims",
  "recommendations",
  "cstorpooloperations",
  "cstorpoolinstances",
  "cstorpoolinstance",
  "mayaapplications",
  "mayastoragepools",
] as const;

const LOOKERS = ROLES.filter(({ role }) => role !== "ProjectMember");
const OTHERS = ROLES.filter(({ role }) => role === "ProjectMember");

const look = (actor: DirectorClient, team: Team, view: string) =>
  actor.request({ method: "GET", path: `/v3/groups/${team.project.id}/${view}` });

for (const { role, details } of LOOKERS) {
  test(`a ${role} reads everything of the project`, details("view"), async ({ team }) => {
    const actor = await somebody(team, role);
    for (const view of VIEWS) expect.soft((await look(actor, team, view)).status, view).toBe(200);
  });
}

for (const { role, details } of OTHERS) {
  test(`a ${role} reads nothing of the project`, details("view"), async ({ team }) => {
    const actor = await somebody(team, role);
    for (const view of VIEWS) expect.soft(await look(actor, team, view), view).toBeRefused();
  });
}

/** Lists of which the contract leaves open where they are. */
const ASSUMED_VIEWS = [
  {
    view: "providercredentials",
    ofReader: plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "credentials", assumption: "A-CREDENTIAL-LIST" }),
    ofMember: plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "credentials", assumption: "A-CREDENTIAL-LIST" }),
  },
  {
    view: "mayavolumes",
    ofReader: plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "volumes", assumption: "A-VOLUMES" }),
    ofMember: plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "volumes", assumption: "A-VOLUMES" }),
  },
  {
    view: "emailinvitations",
    ofReader: plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "invitations", assumption: "A-SENT-INVITATIONS" }),
    ofMember: plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "invitations", assumption: "A-SENT-INVITATIONS" }),
  },
] as const;

for (const { view, ofReader, ofMember } of ASSUMED_VIEWS) {
  test(`a ProjectReadAdmin reads the ${view} of the project`, ofReader, async ({ team }) => {
    expect((await look(await somebody(team, "ProjectReadAdmin"), team, view)).status).toBe(200);
  });

  test(`a ProjectMember does not read the ${view} of the project`, ofMember, async ({ team }) => {
    expect(await look(await somebody(team, "ProjectMember"), team, view)).toBeRefused();
  });
}

/** What everybody who belongs to a project sees of it. */
test(
  "a plain member sees the project and who belongs to it",
  plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "membership", assumption: "A-ROLE-REFUSAL" }),
  async ({ team }) => {
    const member = await team.join("ProjectMember");
    const group = `/v3/groups/${team.project.id}`;
    const { id } = await team.member(member);
    for (const below of ["", "/projects", "/project", `/projects/${team.project.projectId}`, "/groupmembers", `/groupmembers/${id}`])
      expect.soft((await member.director.request({ method: "GET", path: `${group}${below}` })).status, below).toBe(200);
  },
);

/** What opens metrics and logs of the project; `identity` is that of this Director. */
const askForKey = (actor: DirectorClient, { project }: Team, identity: string) =>
  actor.request({ method: "POST", path: `/v3/groups/${project.id}/projects/${project.projectId}/?action=getapikey`, form: { identity } });

const IDENTITY = "websocketproxy.unique.identity";

test(
  "a ProjectReadAdmin gets the key for metrics and logs",
  plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "project key" }),
  async ({ director, team }) => {
    const answer = await askForKey(await somebody(team, "ProjectReadAdmin"), team, await director.setting(IDENTITY));
    expect(answer).toMatchObject({ status: 200, body: { apiKey: expect.any(String) } });
  },
);

test(
  "a ProjectMember gets no key for metrics and logs",
  plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "project key" }),
  async ({ director, team }) => {
    const answer = await askForKey(await somebody(team, "ProjectMember"), team, await director.setting(IDENTITY));
    expect(answer).toBeRefused();
    expect(answer.body).not.toHaveProperty("apiKey");
  },
);
