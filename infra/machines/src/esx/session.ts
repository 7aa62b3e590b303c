import type { Credentials } from "@kubera-e2e/schema/settings";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { refOf, type ManagedObject } from "./managed-object.ts";
import type { SoapCall, SoapClient } from "./soap.ts";
import { isFault, SoapFault } from "./soap-fault.ts";
import { leaf, type XmlElement } from "./xml.ts";

/** The singletons of a server that this driver uses. */
export interface ServiceContent {
  readonly rootFolder: ManagedObject;
  readonly propertyCollector: ManagedObject;
  readonly viewManager: ManagedObject;
  readonly sessionManager: ManagedObject;
  readonly fullName: string;
  /** `VirtualCenter`, or `HostAgent` for a standalone host. */
  readonly apiType: string;
}

const SERVICE_INSTANCE: ManagedObject = { type: "ServiceInstance", value: "ServiceInstance" };

/** Calls within a session: logs in when first needed, and once more when the session has died. */
export class Session {
  readonly #soap: SoapClient;
  readonly #credentials: Credentials;
  #content: Promise<ServiceContent> | undefined;
  #login: Promise<void> | undefined;
  #generation = 0;

  constructor(soap: SoapClient, credentials: Credentials) {
    this.#soap = soap;
    this.#credentials = credentials;
  }

  get place(): string {
    return this.#soap.place;
  }

  /** Grows with every login; objects of a session are gone when it has grown. */
  get generation(): number {
    return this.#generation;
  }

  content(): Promise<ServiceContent> {
    this.#content ??= this.#retrieveContent().catch((error: unknown) => {
      this.#content = undefined;
      throw error;
    });
    return this.#content;
  }

  /** Throws `SoapFault`, `VSPHERE_LOGIN_REFUSED` and the errors of the room http. */
  async call(call: SoapCall): Promise<XmlElement[]> {
    await this.#loggedIn();
    const generation = this.#generation;
    try {
      return await this.#soap.call(call);
    } catch (error) {
      if (!isFault(error, "NotAuthenticated")) throw error;
      if (generation === this.#generation) this.#login = undefined;
      await this.#loggedIn();
      return this.#soap.call(call);
    }
  }

  /** Runs work on objects of the session again, once, when the session died under it. */
  async withObjects<T>(work: () => Promise<T>): Promise<T> {
    await this.#loggedIn();
    const generation = this.#generation;
    try {
      return await work();
    } catch (error) {
      if (generation === this.#generation || !isFault(error, "ManagedObjectNotFound")) throw error;
      return work();
    }
  }

  async logout(): Promise<void> {
    if (this.#login === undefined) return;
    this.#login = undefined;
    try {
      const { sessionManager } = await this.content();
      await this.#soap.call({ method: "Logout", self: sessionManager, timeoutMs: 5000 });
    } catch (error) {
      // The server ends idle sessions by itself; what failed before must not be hidden by this.
      if (!(error instanceof SoapFault) && !(error instanceof KuberaError)) throw error;
    }
  }

  #loggedIn(): Promise<void> {
    this.#login ??= this.#logIn().catch((error: unknown) => {
      this.#login = undefined;
      throw error;
    });
    return this.#login;
  }

  async #logIn(): Promise<void> {
    // A second login within a session is refused as if the password were wrong.
    this.#soap.forgetSession();
    const { sessionManager } = await this.content();
    const { username, password } = this.#credentials;
    try {
      await this.#soap.call({ method: "Login", self: sessionManager, args: [leaf("userName", username), leaf("password", password)] });
    } catch (error) {
      throw isFault(error, "InvalidLogin", "NoPermission") ? this.#refused(error) : error;
    }
    this.#generation += 1;
  }

  #refused(fault: SoapFault): KuberaError {
    const locked =
      fault.type === "NoPermission" ? "the account may not log in" : "user name or password is wrong, or the account is locked";
    return new KuberaError("VSPHERE_LOGIN_REFUSED", {
      what: `vSphere refused the login of "${this.#credentials.username}"`,
      where: `${this.place}: Login`,
      because: `${fault.type}: ${locked}${fault.message === "" ? "" : ` (${fault.message})`}`,
      fix: "Correct the secret that the bed's machines.credentials names; ESX locks an account for 15 minutes after five wrong passwords.",
    });
  }

  async #retrieveContent(): Promise<ServiceContent> {
    const [content] = await this.#soap.call({ method: "RetrieveServiceContent", self: SERVICE_INSTANCE, reads: true });
    const ref = (name: string): ManagedObject => {
      const element = content?.find(name);
      return element === undefined ? { type: name, value: name } : refOf(element);
    };
    return {
      rootFolder: ref("rootFolder"),
      propertyCollector: ref("propertyCollector"),
      viewManager: ref("viewManager"),
      sessionManager: ref("sessionManager"),
      fullName: content?.textOf("about", "fullName") ?? "",
      apiType: content?.textOf("about", "apiType") ?? "",
    };
  }
}
