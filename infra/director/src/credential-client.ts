import { collectionOf, credentialSchema, type Credential } from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

export interface NewCredential {
  readonly name: string;
  readonly projectId: string;
  /** Of one of Director's backup providers. */
  readonly providerId: string;
  readonly credential: { readonly access_id: string; readonly secret_key: string };
}

/** Credentials of the object stores to which one project backs up. */
export class CredentialClient {
  readonly #door: DirectorDoor;
  readonly #path: string;

  constructor(door: DirectorDoor, base: string) {
    this.#door = door;
    this.#path = `${base}/providercredentials`;
  }

  /** Director keeps them as they are; nothing is asked of the store. */
  add(credential: NewCredential, { signal }: Call = {}): Promise<Credential> {
    this.#door.learn(credential.credential.secret_key);
    return this.#door.call(credentialSchema, { method: "POST", path: this.#path, body: credential, signal });
  }

  async list({ signal }: Call = {}): Promise<readonly Credential[]> {
    return (await this.#door.call(collectionOf(credentialSchema), { method: "GET", path: this.#path, signal })).data;
  }
}
