import { accountSchema, type Account } from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

/** What an account says of itself; 3 is the status of one that has been through the onboarding. */
export interface Profile {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly onboardingStatus?: number;
}

/** Accounts by their ids, as one of them sees itself and the others. */
export class AccountClient {
  readonly #door: DirectorDoor;

  constructor(door: DirectorDoor) {
    this.#door = door;
  }

  read(id: string, { signal }: Call = {}): Promise<Account> {
    return this.#door.call(accountSchema, { method: "GET", path: this.#path(id), signal });
  }

  /** What everybody may know of an account; it is enough to invite it. */
  search(id: string, { signal }: Call = {}): Promise<Account> {
    return this.#door.call(accountSchema, { method: "GET", path: `${this.#path(id)}/`, query: { searchuser: "" }, signal });
  }

  update(id: string, profile: Profile, { signal }: Call = {}): Promise<Account> {
    return this.#door.call(accountSchema, { method: "PUT", path: this.#path(id), body: profile, signal });
  }

  #path(id: string): string {
    return `/v3/accounts/${encodeURIComponent(id)}`;
  }
}
