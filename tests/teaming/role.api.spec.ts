import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";
import type { Team } from "@kubera-e2e/fixtures/people";

/** Every move between the three, as the field's own tests go. */
const SEQUENCE = ["ProjectReadAdmin", "ProjectMember", "ProjectReadAdmin", "ProjectAdmin", "ProjectMember", "ProjectAdmin"] as const;

/** Changes a role by the member's URL, which only the owner is told. */
const changeRole = (director: DirectorClient, team: Team, change: { readonly id: string; readonly role: string }) =>
  director.request({
    method: "POST",
    path: `/v3/groups/${team.project.id}/groupmembers/${change.id}/?action=changerole`,
    form: { role: change.role },
  });

const rolesOf = async (team: Team): Promise<Record<string, string | undefined>> =>
  Object.fromEntries((await team.project.team.members()).map(({ id, role }) => [id, role]));

test(
  "the owner moves a member between all three roles, in both directions",
  plan("TCID-DIR-TEAMING-USER-ROLE-UPDATE", { day: 1, priority: 1 }),
  async ({ team }) => {
    const guest = await team.join("ProjectAdmin");
    for (const role of SEQUENCE) {
      await team.project.team.changeRole(await team.member(guest), role);
      expect(await team.member(guest)).toMatchObject({ role });
      const { status } = await guest.director.request({ method: "GET", path: `/v3/groups/${team.project.id}/clusters` });
      expect(status < 300, "what the role may see").toBe(role !== "ProjectMember");
    }
  },
);

for (const role of ["ProjectAdmin", "ProjectReadAdmin", "ProjectMember"] as const) {
  test(
    `a ${role} changes no role`,
    plan("TCID-DIR-TEAMING-USER-ROLE-UPDATE-NEGATIVE", { day: 1, priority: 1, row: role }),
    async ({ team }) => {
      const [guest, fellow] = [await team.join(role), await team.join("ProjectMember")];
      const before = await rolesOf(team);
      const [own, other] = [await team.member(guest), await team.member(fellow)];
      const upwards = role === "ProjectAdmin" ? "ProjectOwner" : "ProjectAdmin";
      expect(await changeRole(guest.director, team, { id: other.id, role: "ProjectReadAdmin" }), "another's").toBeRefused();
      expect(await changeRole(guest.director, team, { id: own.id, role: upwards }), "his own").toBeRefused();
      expect(await rolesOf(team)).toEqual(before);
    },
  );
}

test(
  "a role change makes nobody an owner, and the owner stays one",
  plan("TCID-DIR-TEAMING-PROMOTE-TO-OWNER", { day: 1, priority: 1 }),
  async ({ team }) => {
    const guest = await team.join("ProjectAdmin");
    const before = await rolesOf(team);
    const owner = Object.entries(before).find(([, role]) => role === "ProjectOwner");
    expect(owner).toBeDefined();
    expect(await changeRole(team.owner, team, { id: (await team.member(guest)).id, role: "ProjectOwner" })).toBeRefused();
    expect(await changeRole(team.owner, team, { id: owner?.[0] ?? "", role: "ProjectAdmin" })).toBeRefused();
    expect(await rolesOf(team)).toEqual(before);
  },
);

test(
  "who is removed is locked out at once",
  plan("TCID-DIR-TEAMING-REMOVE-MEMBER", { day: 1, priority: 1, assumption: "A-MEMBER-DELETE" }),
  async ({ team, people }) => {
    const [guest, fellow] = [await people.signUp(), await team.join("ProjectReadAdmin")];
    const invitation = await team.invite(guest, "ProjectAdmin");
    await guest.director.answer(invitation, "accept");
    const path = `/v3/groups/${team.project.id}/clusters`;
    expect((await guest.director.request({ method: "GET", path })).status).toBe(200);
    await team.project.team.remove((await team.member(guest)).id);
    expect(await guest.director.request({ method: "GET", path })).toBeRefused();
    expect(
      (await guest.director.groups()).map(({ id }) => id),
      "his own project is left to him",
    ).toEqual([guest.own.id]);
    await guest.director.request({ method: "POST", path: `/v3/emailinvitations/${invitation.id}/?action=accept`, body: {} });
    expect(await guest.director.request({ method: "GET", path }), "with the invitation that he once accepted").toBeRefused();
    expect(await team.find(guest)).toBeUndefined();
    expect((await fellow.director.request({ method: "GET", path })).status, "others stay").toBe(200);
  },
);
