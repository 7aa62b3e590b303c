import { expect, plan, test } from "@kubera-e2e/fixtures";

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
      const form = { groupId, inviteeId, kind: "projectInvitation", role: "ProjectMember", ...change };
      expect(await team.owner.request({ method: "POST", path: `/v3/groups/${groupId}/emailinvitations`, form })).toBeRefused();
      expect(await team.project.team.invitations()).toEqual([]);
      expect(await director.invitations()).toEqual([]);
    },
  );
}
