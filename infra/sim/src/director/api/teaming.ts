import { ownerScope, scopeOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { conflict, forbidden, invalid, missing, notAllowed, notFound } from "../http/api-error.ts";
import { collection, created, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, post, remove, type Reply, type Route } from "../http/router.ts";
import { isRole, type AccountRow, type InvitationRow, type MemberRow, type Role } from "../rows.ts";
import { sameEmail } from "./accounts.ts";

const presentMember = (call: Call, { group, member: self }: Scope, member: MemberRow): Presented => {
  const account = call.db.get("accounts", member.accountId);
  const name = [account?.firstName, account?.lastName].filter(Boolean).join(" ");
  return present(call, {
    type: "groupMember",
    path: `groups/${group.id}/groupmembers/${member.id}`,
    fields: { ...member, groupId: group.id, state: "active", accountDetails: { email: account?.email ?? "", name } },
    actions: self.role === "ProjectOwner" ? ["changerole"] : [],
  });
};

const membersOf = (call: Call, { group }: Scope): readonly MemberRow[] =>
  call.db.list("members").filter((member) => member.projectId === group.projectId);

const listMembers = (call: Call): Reply => {
  const scope = scopeOf(call);
  return collection(
    call,
    "groupMember",
    membersOf(call, scope).map((member) => presentMember(call, scope, member)),
  );
};

/** An unknown id, such as the literal `member_id` of the field's clients, answers the list. */
const readMember = (call: Call): Reply => {
  const scope = scopeOf(call);
  const found = membersOf(call, scope).find((member) => member.id === call.param("mid"));
  return found === undefined ? listMembers(call) : ok(presentMember(call, scope, found));
};

const roleOf = (call: Call): Role => {
  const role = call.text("role");
  if (!isRole(role)) throw role === "" ? missing("role") : invalid(`role ${role} is unknown`, "InvalidOption");
  if (role === "ProjectOwner") throw forbidden("a project has one ProjectOwner, who cannot be replaced");
  return role;
};

const otherMember = (call: Call, scope: Scope): MemberRow => {
  const member = membersOf(call, scope).find((row) => row.id === call.param("mid"));
  if (member === undefined) throw notFound(`member ${call.param("mid")} is unknown`);
  if (member.role === "ProjectOwner") throw forbidden("the ProjectOwner stays the owner of the project");
  return member;
};

const changeRole = (call: Call): Reply => {
  const scope = ownerScope(call, "change role");
  const member = otherMember(call, scope);
  const role = roleOf(call);
  return ok(presentMember(call, scope, call.db.update("members", member.id, { role }) ?? member));
};

const removeMember = (call: Call): Reply => {
  const scope = ownerScope(call, "remove members");
  const member = otherMember(call, scope);
  call.db.remove("members", member.id);
  return ok({ ...presentMember(call, scope, member), state: "removed" });
};

const presentInvitation = (call: Call, invitation: InvitationRow): Presented =>
  present(call, {
    type: "emailInvitation",
    path: `emailinvitations/${invitation.id}`,
    fields: { ...invitation },
    actions: invitation.state === "active" && invitation.inviteeId === call.account.id ? ["accept", "reject"] : [],
  });

/** Clients name the invitee by account id; an e-mail of a registered account is understood too. */
const inviteeOf = (call: Call): AccountRow => {
  const wanted = call.text("inviteeId");
  if (wanted === "") throw missing("inviteeId");
  const found = call.db.get("accounts", wanted) ?? call.db.list("accounts").find((row) => sameEmail(row.email, wanted));
  if (found === undefined) throw invalid(`inviteeId ${wanted} is no account`, "InvalidReference");
  return found;
};

const checkRoom = (call: Call, scope: Scope): void => {
  const limit = call.director.maxMembersPerProject;
  const open = call.db.list("invitations").filter((row) => row.projectId === scope.group.projectId && row.state === "active");
  if (limit > 0 && membersOf(call, scope).length + open.length >= limit)
    throw notAllowed(`a project has at most ${limit} members, pending invitations included`);
};

const invite = (call: Call): Reply => {
  const scope = ownerScope(call, "invite");
  const role = roleOf(call);
  const invitee = inviteeOf(call);
  const kind = call.text("kind") || "projectInvitation";
  if (kind !== "projectInvitation") throw invalid(`kind ${kind} is unknown`, "InvalidOption");
  const { projectId, id: groupId, clusterId } = scope.group;
  if (clusterId !== undefined) throw notAllowed("people join a project, not one of its clusters");
  if (membersOf(call, scope).some((member) => member.accountId === invitee.id)) throw conflict("the account is a member already");
  const pending = call.db
    .list("invitations")
    .some((row) => row.projectId === projectId && row.inviteeId === invitee.id && row.state === "active");
  if (pending) throw conflict("the account is invited already");
  checkRoom(call, scope);
  const fields = { projectId, groupId, inviterId: call.account.id, inviteeId: invitee.id, role, kind, state: "active" as const };
  return created(presentInvitation(call, call.db.insert("invitations", fields)));
};

const listInvitations = (call: Call): Reply => {
  const { id } = call.account;
  const mine = call.db.list("invitations").filter((row) => row.inviteeId === id);
  return collection(
    call,
    "emailInvitation",
    mine.map((row) => presentInvitation(call, row)),
  );
};

const listSent = (call: Call): Reply => {
  const { group } = viewScope(call);
  const sent = call.db.list("invitations").filter((row) => row.projectId === group.projectId);
  return collection(
    call,
    "emailInvitation",
    sent.map((row) => presentInvitation(call, row)),
  );
};

const myInvitation = (call: Call): InvitationRow => {
  const { id } = call.account;
  const found = call.db.get("invitations", call.param("iid"));
  if (found?.inviteeId !== id) throw notFound(`invitation ${call.param("iid")} is unknown`);
  return found;
};

const answer = (call: Call, state: "accepted" | "rejected"): Reply => {
  const invitation = myInvitation(call);
  if (invitation.state !== "active") throw notAllowed(`the invitation is ${invitation.state} already`);
  const { projectId, role, inviteeId } = invitation;
  if (state === "accepted") call.db.insert("members", { projectId, accountId: inviteeId, role });
  return ok(presentInvitation(call, call.db.update("invitations", invitation.id, { state }) ?? invitation));
};

export const teamingRoutes: readonly Route[] = [
  get("v3/groups/:gid/groupmembers", listMembers),
  get("v3/groups/:gid/groupmembers/:mid", readMember),
  action("v3/groups/:gid/groupmembers/:mid", "changerole", changeRole),
  remove("v3/groups/:gid/groupmembers/:mid", removeMember),
  get("v3/groups/:gid/emailinvitations", listSent),
  post("v3/groups/:gid/emailinvitations", invite),
  get("v3/emailinvitations", listInvitations),
  get("v3/emailinvitations/:iid", (call) => ok(presentInvitation(call, myInvitation(call)))),
  action("v3/emailinvitations/:iid", "accept", (call) => answer(call, "accepted")),
  action("v3/emailinvitations/:iid", "reject", (call) => answer(call, "rejected")),
];
