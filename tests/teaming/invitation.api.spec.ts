import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";

const ROLES = ["ProjectAdmin", "ProjectReadAdmin", "ProjectMember"] as const;

const groupIds = async (director: DirectorClient): Promise<string[]> => (await director.groups()).map(({ id }) => id);

for (const role of ROLES) {
  test(
    `somebody is invited and joins as ${role}`,
    plan("TCID-DIR-TEAMING-USER-INVITE", { day: 1, priority: 1, row: role }),
    async ({ team }) => {
      const guest = await team.join(role);
      expect(await team.member(guest)).toMatchObject({ role });
      expect(await groupIds(guest.director)).toEqual(expect.arrayContaining([guest.own.id, team.project.id]));
    },
  );
}

test(
  "who accepts is a member, for himself and for the owner",
  plan("TCID-DIR-TEAMING-INVITE-ACCEPT", { day: 1, priority: 0 }),
  async ({ team, people }) => {
    const guest = await people.signUp();
    const invitation = await team.invite(guest, "ProjectReadAdmin");
    expect(invitation).toMatchObject({ state: "active" });
    expect(await groupIds(guest.director), "an invitation alone opens nothing").not.toContain(team.project.id);
    await guest.director.answer(invitation, "accept");
    const seen = guest.director.group(team.project.id);
    expect((await seen.projects()).map(({ id }) => id)).toEqual([team.project.projectId]);
    const self = (await seen.team.members()).find(({ accountDetails }) => accountDetails?.email === guest.email);
    expect(self, "for himself").toMatchObject({ role: "ProjectReadAdmin" });
    expect(await team.member(guest), "for the owner").toMatchObject({ role: "ProjectReadAdmin" });
  },
);

test(
  "who declines stays outside, and the owner learns of it",
  plan("TCID-DIR-TEAMING-INVITE-REJECT", { day: 1, priority: 1, assumption: "A-SENT-INVITATIONS" }),
  async ({ team, people }) => {
    const guest = await people.signUp();
    const invitation = await team.invite(guest, "ProjectAdmin");
    await guest.director.answer(invitation, "reject");
    expect(await groupIds(guest.director)).toEqual([guest.own.id]);
    expect(await guest.director.request({ method: "GET", path: `/v3/groups/${team.project.id}/clusters` })).toBeRefused();
    expect(await team.find(guest)).toBeUndefined();
    const sent = (await team.project.team.invitations()).find(({ id }) => id === invitation.id);
    expect(sent?.state).toMatch(/^rejected$/i);
  },
);

for (const answer of ["accept", "reject"] as const) {
  test(
    `nobody answers another's invitation: ${answer}`,
    plan("TCID-DIR-TEAMING-INVITE-ONLY-INVITEE", { day: 1, priority: 1, row: answer }),
    async ({ team, people }) => {
      const [guest, stranger] = [await people.signUp(), await people.signUp()];
      const invitation = await team.invite(guest, "ProjectAdmin");
      const path = invitation.actions[answer] ?? "";
      for (const other of [stranger.director, team.owner]) expect(await other.request({ method: "POST", path, body: {} })).toBeRefused();
      expect((await stranger.director.invitations()).map(({ id }) => id)).not.toContain(invitation.id);
      for (const person of [guest, stranger]) expect(await team.find(person), "nobody joined").toBeUndefined();
      await guest.director.answer(invitation, "accept");
      expect(await team.member(guest), "the invitation still waited for its own").toMatchObject({ role: "ProjectAdmin" });
    },
  );
}

test(
  "the owner sees which invitations wait for an answer",
  plan("TCID-DIR-TEAMING-INVITE-PENDING-LIST", { day: 1, priority: 2, assumption: "A-SENT-INVITATIONS" }),
  async ({ team, people }) => {
    const waiting = async () => (await team.project.team.invitations()).filter(({ state }) => state === "active").map(({ id }) => id);
    expect(await waiting()).toEqual([]);
    const [first, second] = [await people.signUp(), await people.signUp()];
    const [accepted, pending] = [await team.invite(first, "ProjectMember"), await team.invite(second, "ProjectAdmin")];
    expect(await waiting()).toEqual([accepted.id, pending.id]);
    await first.director.answer(accepted, "accept");
    expect(await waiting()).toEqual([pending.id]);
  },
);

test(
  "an invitation to one cluster never opens the project",
  plan("TCID-DIR-TEAMING-CLUSTER-SCOPE-INVITE", { day: 1, priority: 2, assumption: "A-CLUSTER-INVITATION" }),
  async ({ bed, director, project, projectTeam, people }) => {
    const clusterId = await project.idOf(bed.server);
    const cluster = (await director.groups()).find((group) => group.clusterId === clusterId);
    expect(cluster, "a connected cluster has a group").toMatchObject({ name: "ClusterAccount" });
    const guest = await people.signUp();
    const form = { groupId: cluster?.id ?? "", inviteeId: guest.accountId, kind: "projectInvitation", role: "ProjectReadAdmin" };
    await director.request({ method: "POST", path: `/v3/groups/${cluster?.id}/emailinvitations`, form });
    for (const invitation of await guest.director.invitations()) await guest.director.answer(invitation, "accept");
    expect.soft(await guest.director.request({ method: "GET", path: `/v3/groups/${project.id}/clusters` })).toBeRefused();
    expect(await groupIds(guest.director)).not.toContain(project.id);
    expect(await projectTeam.find(guest)).toBeUndefined();
  },
);

/** What a Director that nobody told otherwise allows, its owner included. */
const DEFAULT_LIMIT = 10;

test(
  "a full project takes no further member",
  plan("TCID-DIR-TEAMING-MEMBER-LIMIT", { day: 1, priority: 2, assumption: "A-INVITATION-RULES" }),
  async ({ team, people }) => {
    for (let members = 1; members < DEFAULT_LIMIT; members += 1) await team.join("ProjectMember");
    const late = await people.signUp();
    const form = { groupId: team.project.id, inviteeId: late.accountId, kind: "projectInvitation", role: "ProjectMember" };
    expect(await team.owner.request({ method: "POST", path: `/v3/groups/${team.project.id}/emailinvitations`, form })).toBeRefused();
    expect(await late.director.invitations()).toEqual([]);
    expect(await team.project.team.members()).toHaveLength(DEFAULT_LIMIT);
  },
);
