import { anythingSchema, collectionOf, invitationSchema, memberSchema, type Invitation, type Member } from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

/** Roles that an invitation or a change of role can give; a project keeps its one ProjectOwner. */
export type GivenRole = "ProjectAdmin" | "ProjectReadAdmin" | "ProjectMember";

/** Who belongs to the project of one group, and who is asked to. */
export class TeamClient {
  readonly #door: DirectorDoor;
  readonly #base: string;
  readonly #groupId: string;

  constructor(door: DirectorDoor, base: string, groupId: string) {
    this.#door = door;
    this.#base = base;
    this.#groupId = groupId;
  }

  /** Members with their e-mail and, for whoever may use it, the action `changerole`. */
  async members({ signal }: Call = {}): Promise<readonly Member[]> {
    // The literal "member_id" is what the product's own clients ask for.
    const path = `${this.#base}/groupmembers/member_id`;
    return (await this.#door.call(collectionOf(memberSchema), { method: "GET", path, signal })).data;
  }

  /** Asks an account, by its id, to join in a role. */
  invite(inviteeId: string, role: GivenRole, { signal }: Call = {}): Promise<Invitation> {
    const form = { groupId: this.#groupId, inviteeId, kind: "projectInvitation", role };
    return this.#door.call(invitationSchema, { method: "POST", path: `${this.#base}/emailinvitations`, form, signal });
  }

  /** Every invitation that was sent for the project, answered ones too. */
  async invitations({ signal }: Call = {}): Promise<readonly Invitation[]> {
    const path = `${this.#base}/emailinvitations`;
    return (await this.#door.call(collectionOf(invitationSchema), { method: "GET", path, signal })).data;
  }

  /** By the member's own action URL. Error: `DIRECTOR_REFUSED` for a member without it, before any call. */
  async changeRole(member: Member, role: GivenRole, { signal }: Call = {}): Promise<void> {
    const path = this.#door.actionOf(member, "changerole");
    await this.#door.call(anythingSchema, { method: "POST", path, form: { role }, signal });
  }

  /** What the answer holds is not promised. */
  async remove(memberId: string, { signal }: Call = {}): Promise<void> {
    const path = `${this.#base}/groupmembers/${encodeURIComponent(memberId)}`;
    await this.#door.call(anythingSchema, { method: "DELETE", path, signal });
  }
}
