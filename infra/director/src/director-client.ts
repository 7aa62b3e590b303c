import type { Http } from "@kubera-e2e/http";
import { AccountClient } from "./account-client.ts";
import {
  anythingSchema,
  apiKeySchema,
  collectionOf,
  groupSchema,
  invitationSchema,
  providerSchema,
  sessionSchema,
  settingSchema,
  upgradeMatrixSchema,
  type ApiKey,
  type Group,
  type Invitation,
  type Provider,
  type Session,
  type UpgradeMatrix,
} from "./contract.ts";
import type { DirectorAnswer, DirectorAuth, DirectorDoor, DirectorRequest } from "./director-door.ts";
import { GroupClient, type CallOptions } from "./group-client.ts";
import { observerOf, type Observer } from "./observe/observer.ts";
import { changePassword, type PasswordChange } from "./password-client.ts";
import { readRegistration } from "./registration.ts";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { RenderedManifest } from "./render-release.ts";

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface SignUp {
  readonly firstName: string;
  readonly lastName?: string;
  readonly email: string;
  readonly password: string;
}

/** A place to get other manifests from: registration commands may name another address of the same Director. */
export type OpenHttp = (baseUrl: string) => Http;

interface ClientParts {
  readonly door: DirectorDoor;
  readonly http: Http;
  readonly openHttp: OpenHttp;
}

const AUTH_PROVIDER = "localAuthConfig";

/**
 * One Director as one account. Errors of every method but `request`: `DIRECTOR_REFUSED` with method, path, status and message,
 * `DIRECTOR_CONTRACT` when the shape differs, those of the room http.
 */
export class DirectorClient {
  readonly url: string;
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.url = parts.http.baseUrl;
  }

  /** The signed-in account's session; undefined for a client that has none. */
  get session(): Session | undefined {
    const { auth } = this.#parts.door;
    return auth.kind === "session" ? auth.session : undefined;
  }

  /** The raw door: any call as this account; every status is an answer. */
  request(request: DirectorRequest): Promise<DirectorAnswer> {
    return this.#parts.door.request(request);
  }

  /** Whether `/ping` answers 200. */
  async ping(options: CallOptions = {}): Promise<boolean> {
    return (await this.request({ method: "GET", path: "/ping", signal: options.signal })).status === 200;
  }

  /** The same Director without any credentials. */
  anonymous(): DirectorClient {
    return this.#as({ kind: "none" });
  }

  /** Whatever answers at another address, asked without any credentials. The caller closes it. */
  elsewhere(url: string): DirectorClient {
    const http = this.#parts.openHttp(url);
    return new DirectorClient({ ...this.#parts, http, door: this.#parts.door.through(http) });
  }

  /** The same Director as another account, signed in by name and password. */
  async login({ username, password }: Login, options: CallOptions = {}): Promise<DirectorClient> {
    this.#parts.door.learn(password);
    const body = { code: `${username}:${password}`, authProvider: AUTH_PROVIDER };
    return this.#signedIn({ method: "POST", path: "/v3/token", body, signal: options.signal });
  }

  /** A new account with its own project, signed in at once. */
  async signUp({ firstName, lastName, email, password }: SignUp, options: CallOptions = {}): Promise<DirectorClient> {
    this.#parts.door.learn(password);
    const body = { firstName, lastName, password: { publicValue: email, secretValue: password } };
    return this.#signedIn({ method: "POST", path: `/v3/${AUTH_PROVIDER}`, body, signal: options.signal });
  }

  async createApiKey(name: string, options: CallOptions = {}): Promise<ApiKey> {
    const request = { method: "POST", path: "/v3/apikey", form: { name }, signal: options.signal } as const;
    const key = await this.#parts.door.call(apiKeySchema, request);
    this.#parts.door.learn(key.secretValue);
    return key;
  }

  /** The same account by an API key instead of its session. */
  withApiKey(key: Pick<ApiKey, "publicValue" | "secretValue">): DirectorClient {
    return this.#as({ kind: "key", key });
  }

  get accounts(): AccountClient {
    return new AccountClient(this.#parts.door);
  }

  /** The value of a setting; `websocketproxy.unique.identity` is the Director's own id. Administrators only. */
  async setting(name: string, options: CallOptions = {}): Promise<string> {
    const path = `/v3/settings/${encodeURIComponent(name)}`;
    return (await this.#parts.door.call(settingSchema, { method: "GET", path, signal: options.signal })).value;
  }

  /** Metrics, alerts and logs of the project that the key belongs to. */
  observer(projectKey: string): Observer {
    return observerOf(this.#parts.door, projectKey);
  }

  /** Of the signed-in account. Error: `DIRECTOR_REFUSED` for a wrong old password or a weak new one. */
  changePassword(change: PasswordChange, options: CallOptions = {}): Promise<void> {
    return changePassword(this.#parts.door, change, options);
  }

  async groups(options: CallOptions = {}): Promise<readonly Group[]> {
    return (await this.#parts.door.call(collectionOf(groupSchema), { method: "GET", path: "/v3/groups", signal: options.signal })).data;
  }

  group(id: string): GroupClient {
    return new GroupClient(this.#parts.door, id);
  }

  /** The group that belongs to the account's project; there from sign-up on. */
  async projectGroup(options: CallOptions = {}): Promise<GroupClient & { readonly projectId: string }> {
    const found = (await this.groups(options)).find(({ name }) => name === "ProjectAccount");
    if (found !== undefined) return Object.assign(this.group(found.id), { projectId: found.projectId });
    throw new KuberaError("DIRECTOR_CONTRACT", {
      what: "the account has no group called ProjectAccount",
      where: `GET ${this.url}/v3/groups`,
      because: "everything of a tenant is addressed through that group, and it exists from sign-up on",
      fix: "Look whether the account belongs to a project; a ProjectMember sees none of its resources.",
    });
  }

  /** Invitations that this account was sent, answered ones too. */
  async invitations(options: CallOptions = {}): Promise<readonly Invitation[]> {
    const request = { method: "GET", path: "/v3/emailinvitations", signal: options.signal } as const;
    return (await this.#parts.door.call(collectionOf(invitationSchema), request)).data;
  }

  /** Answers an invitation by its own action URL. Error: `DIRECTOR_REFUSED` for one without it, before any call. */
  async answer(invitation: Invitation, answer: "accept" | "reject", options: CallOptions = {}): Promise<void> {
    const path = this.#parts.door.actionOf(invitation, answer);
    await this.#parts.door.call(anythingSchema, { method: "POST", path, body: {}, signal: options.signal });
  }

  /** Makers of object stores that backups can go to: aws, cloudian, minio. */
  async backupProviders(options: CallOptions = {}): Promise<readonly Provider[]> {
    const request = { method: "GET", path: "/v3/backupproviders", signal: options.signal } as const;
    return (await this.#parts.door.call(collectionOf(providerSchema), request)).data;
  }

  async upgradeMatrix(options: CallOptions = {}): Promise<UpgradeMatrix | undefined> {
    const request = { method: "GET", path: "/v3/upgradematrixes", signal: options.signal } as const;
    return (await this.#parts.door.call(collectionOf(upgradeMatrixSchema), request)).data[0];
  }

  /**
   * The objects that a registration command applies on the cluster to connect; nothing of the command is ever run.
   *
   * Errors: `DIRECTOR_CONTRACT` for a command other than one `kubectl apply -f URL`, or a URL without manifests.
   */
  async registrationManifests(clusterCommand: string, options: CallOptions = {}): Promise<RenderedManifest[]> {
    return readRegistration(clusterCommand, { open: this.#parts.openHttp, signal: options.signal });
  }

  close(): void {
    this.#parts.http.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #signedIn(request: DirectorRequest): Promise<DirectorClient> {
    const session = await this.#parts.door.as({ kind: "none" }).call(sessionSchema, request);
    return this.#as({ kind: "session", session });
  }

  #as(auth: DirectorAuth): DirectorClient {
    return new DirectorClient({ ...this.#parts, door: this.#parts.door.as(auth) });
  }
}
