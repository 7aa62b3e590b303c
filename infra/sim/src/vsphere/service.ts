import { timingSafeEqual } from "node:crypto";
import type { Answer, ManagedObject } from "./managed-object.ts";
import { PropertyCollector } from "./property-collector.ts";
import { PROPERTY_COLLECTOR, SERVICE_INSTANCE, serviceContent, SESSION_MANAGER, sessionManager } from "./service-objects.ts";
import { Session, type Peer } from "./session.ts";
import type { SoapRequest } from "./soap-request.ts";
import type { Value } from "./value.ts";
import { invalidLogin, managedObjectNotFound, methodNotFound, notAuthenticated } from "./vim-fault.ts";
import type { World } from "./world.ts";

/** One call as it came over the wire. */
export interface IncomingCall {
  readonly request: SoapRequest;
  readonly cookie: string | undefined;
  readonly peer: Peer;
  readonly signal: AbortSignal;
}

/** Its return values, and the cookie that a login sets. */
export interface Outcome {
  readonly values: readonly Value[];
  readonly setCookie?: string;
}

const asValues = (answer: Answer): readonly Value[] => {
  if (answer === undefined) return [];
  return Array.isArray(answer) ? (answer as readonly Value[]) : [answer as Value];
};

const same = (given: string, wanted: string): boolean => {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Answers calls: session first, then object, then method. */
export class Service {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async answer(incoming: IncomingCall): Promise<Outcome> {
    const { request } = incoming;
    if (request.method === "RetrieveServiceContent" && request.self.id === SERVICE_INSTANCE.id) {
      return { values: [serviceContent(this.#world)] };
    }
    if (request.method === "Login" && request.self.id === SESSION_MANAGER.id) return this.#login(incoming);
    const session = this.#world.sessions.ofCookie(incoming.cookie);
    if (session === undefined) throw notAuthenticated(request.self);
    session.seen(this.#world.dataCenter.time.now());
    const object = session.objects.get(request.self.id) ?? this.#world.find(request.self);
    if (object === undefined) throw managedObjectNotFound(request.self);
    return { values: asValues(await this.#call(object, session, incoming)) };
  }

  #call(object: ManagedObject, session: Session, incoming: IncomingCall): Answer | Promise<Answer> {
    const { method, args } = incoming.request;
    const handler = Object.hasOwn(object.methods, method) ? object.methods[method] : undefined;
    if (handler === undefined) throw methodNotFound(object.ref, method);
    return handler({ args, session, signal: incoming.signal });
  }

  #login(incoming: IncomingCall): Outcome {
    const { args } = incoming.request;
    const userName = args.required("userName");
    const { username, password } = this.#world.credentials;
    const refused = !same(userName, username) || !same(args.required("password"), password);
    this.#world.events.login(userName, refused);
    this.#world.changes.touch();
    if (refused) throw invalidLogin();
    const nowMs = this.#world.dataCenter.time.now();
    const session = new Session(userName, nowMs, incoming.peer);
    session.add(sessionManager(this.#world, session));
    session.add(new PropertyCollector(this.#world, session, PROPERTY_COLLECTOR));
    return { values: [session.toData()], setCookie: this.#world.sessions.open(session, nowMs) };
  }
}
