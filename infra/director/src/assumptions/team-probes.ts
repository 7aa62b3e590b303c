import { askStatus, observe, type Asked, type Observation, type Person, type Place, type Probe } from "./probe.ts";

type Role = "ProjectAdmin" | "ProjectReadAdmin" | "ProjectMember";

const inviteOf = (owner: Person, inviteeId: string, what: string) =>
  ({
    method: "POST",
    path: `/v3/groups/${owner.group.id}/emailinvitations`,
    form: { groupId: owner.group.id, inviteeId, kind: "projectInvitation", role: "ProjectMember" },
    what,
  }) as const;

/** Answers the invitation that somebody has, as often as asked; the action stays at the URL that it had while it could be done. */
const answerOf = async (person: Person, answer: "accept" | "reject") => {
  const [invitation] = await person.director.invitations();
  if (invitation === undefined) throw new Error("the invitation does not reach who was invited");
  const path = invitation.actions?.[answer];
  if (path === undefined) throw new Error(`the invitation cannot be answered with ${answer}`);
  return { method: "POST", path, body: {}, what: `${answer} an invitation` } as const;
};

const join = async (owner: Person, person: Person, role: Role): Promise<void> => {
  await owner.group.team.invite(person.id, role);
  const { status } = await person.director.request(await answerOf(person, "accept"));
  if (status > 299) throw new Error(`an invitation could not be accepted: ${status}`);
};

const observed = (asked: readonly Asked[]): Observation[] => asked.map(({ observation }) => observation);

const roles = async ({ newPerson }: Place): Promise<Observation[]> => {
  const [owner, reader, member] = [await newPerson(), await newPerson(), await newPerson()];
  await join(owner, reader, "ProjectReadAdmin");
  await join(owner, member, "ProjectMember");
  const below = `/v3/groups/${owner.group.id}`;
  const cluster = { name: "ask-cluster", projectId: owner.group.projectId, provider: "" };
  return observed([
    await askStatus(
      reader.director,
      { method: "POST", path: `${below}/clusters`, form: cluster, what: "a ReadAdmin registers a cluster" },
      403,
    ),
    await askStatus(reader.director, { method: "GET", path: `${below}/clusters`, what: "a ReadAdmin lists clusters" }, 200),
    await askStatus(member.director, { method: "GET", path: `${below}/clusters`, what: "a Member lists clusters" }, 403),
    await askStatus(member.director, { method: "GET", path: `${below}/groupmembers`, what: "a Member lists members" }, 200),
  ]);
};

const invitations = async ({ newPerson }: Place): Promise<Observation[]> => {
  const [owner, first, second] = [await newPerson(), await newPerson(), await newPerson()];
  return observed([
    await askStatus(owner.director, inviteOf(owner, first.id, "an invitation by account id"), 201),
    await askStatus(owner.director, inviteOf(owner, first.id, "a second one while the first is open"), 409),
    await askStatus(owner.director, inviteOf(owner, second.email, "an invitation by the e-mail address of an account"), 201),
    await askStatus(owner.director, inviteOf(owner, owner.id, "an invitation of a member"), 409),
  ]);
};

const sent = async ({ newPerson }: Place): Promise<Observation[]> => {
  const [owner, open, answered] = [await newPerson(), await newPerson(), await newPerson()];
  await owner.group.team.invite(open.id, "ProjectMember");
  await join(owner, answered, "ProjectMember");
  const path = `/v3/groups/${owner.group.id}/emailinvitations`;
  const { observation, body } = await askStatus(
    owner.director,
    { method: "GET", path, what: "the owner lists invitations that were sent" },
    200,
  );
  const states = ((body["data"] ?? []) as readonly { readonly state?: string }[]).map(({ state }) => state ?? "none").toSorted();
  return [observation, observe("states of an open and an accepted one", "accepted, active", states.join(", "))];
};

const answers = async ({ newPerson }: Place): Promise<Observation[]> => {
  const [owner, yes, no] = [await newPerson(), await newPerson(), await newPerson()];
  for (const { id } of [yes, no]) await owner.group.team.invite(id, "ProjectMember");
  const [accept, reject] = [await answerOf(yes, "accept"), await answerOf(no, "reject")];
  const [accepted, rejected] = [await askStatus(yes.director, accept, 200), await askStatus(no.director, reject, 200)];
  return [
    observe("the state of an invitation that was accepted", "accepted", accepted.body["state"]),
    observe("the state of an invitation that was declined", "rejected", rejected.body["state"]),
    (await askStatus(yes.director, { ...accept, what: "a second answer" }, 405)).observation,
  ];
};

const removal = async ({ newPerson }: Place): Promise<Observation[]> => {
  const [owner, member] = [await newPerson(), await newPerson()];
  await join(owner, member, "ProjectMember");
  const members = await owner.group.team.members();
  const path = (role: string): string => `/v3/groups/${owner.group.id}/groupmembers/${members.find((one) => one.role === role)?.id ?? "?"}`;
  return observed([
    await askStatus(owner.director, { method: "DELETE", path: path("ProjectOwner"), what: "the owner removes himself" }, 403),
    await askStatus(owner.director, { method: "DELETE", path: path("ProjectMember"), what: "the owner removes a member" }, 200),
    await askStatus(
      member.director,
      { method: "GET", path: `/v3/groups/${owner.group.id}/groupmembers`, what: "who was removed lists members" },
      404,
    ),
  ]);
};

export const teamProbes: readonly Probe[] = [
  { id: "A-ROLE-REFUSAL", writes: true, ask: roles },
  { id: "A-INVITATION-RULES", writes: true, ask: invitations },
  { id: "A-SENT-INVITATIONS", writes: true, ask: sent },
  { id: "A-INVITATION-STATES", writes: true, ask: answers },
  { id: "A-MEMBER-DELETE", writes: true, ask: removal },
];
