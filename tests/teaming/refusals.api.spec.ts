import { expect, plan, test } from "@kubera-e2e/fixtures";

const inviting = (groupId: string, inviteeId: string) => ({
  method: "POST" as const,
  path: `/v3/groups/${groupId}/emailinvitations`,
  form: { groupId, inviteeId, kind: "projectInvitation", role: "ProjectMember" },
});

/** What an invitation lacks, or names that is not there. */
const WRONG = [
  { what: "nobody", change: { inviteeId: "" } },
  { what: "somebody without an account", change: { inviteeId: "1a999999" } },
  { what: "no role", change: { role: "" } },
  { what: "a role that is none", change: { role: "ProjectGardener" } },
  { what: "what is no project", change: { kind: "gardenInvitation" } },
] as const;

for (const { what, change } of WRONG) {
  test(
    `an invitation is refused that names ${what}`,
    plan("TCID-DIR-TEAMING-USER-INVITE", { day: 1, priority: 1, row: `names ${what}`, assumption: "A-ERROR-STATUS" }),
    async ({ team, people }) => {
      const { id: groupId } = team.project;
      const { accountId: inviteeId, director } = await people.signUp();
      const { form, ...request } = inviting(groupId, inviteeId);
      expect(await team.owner.request({ ...request, form: { ...form, ...change } })).toBeRefused();
      expect(await team.project.team.invitations()).toEqual([]);
      expect(await director.invitations()).toEqual([]);
    },
  );
}

test(
  "nobody is invited to a project that he belongs to, or twice",
  plan("TCID-DIR-TEAMING-USER-INVITE", { day: 1, priority: 1, row: "again", assumption: "A-INVITATION-RULES" }),
  async ({ team, people }) => {
    const { id } = team.project;
    const [member, guest] = [await team.join("ProjectReadAdmin"), await people.signUp()];
    const { id: first } = await team.invite(guest, "ProjectMember");
    for (const { accountId } of [member, guest]) expect.soft(await team.owner.request(inviting(id, accountId))).toBeRefused();
    expect((await guest.director.invitations()).map((invitation) => invitation.id)).toEqual([first]);
    expect(await team.member(member), "in the role he has").toMatchObject({ role: "ProjectReadAdmin" });
  },
);
